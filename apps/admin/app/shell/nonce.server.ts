import { randomBytes } from "node:crypto";
import { createContext, type MiddlewareFunction } from "react-router";

/** The nonce of one answer. */
export const nonceContext = createContext<string>("");

/** Makes the nonce of one answer. */
export const nonceMiddleware: MiddlewareFunction<Response> = ({ context }) => {
  context.set(nonceContext, randomBytes(16).toString("base64"));
};

/** The Content-Security-Policy of a page. Style attributes are allowed (sizes and colours are set so), style elements need the nonce. */
export function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
