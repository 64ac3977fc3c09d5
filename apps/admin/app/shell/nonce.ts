import { createContext } from "react";

/** The nonce of this page's Content-Security-Policy: whatever adds a script or style element needs it. */
export const NonceContext = createContext("");
