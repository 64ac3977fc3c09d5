import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "@mantine/charts/styles.layer.css";
import "@xterm/xterm/css/xterm.css";
import "./app.css";
import { ColorSchemeScript, MantineProvider, mantineHtmlProps } from "@mantine/core";
import { lazy, type ReactNode, Suspense, use, useEffect, useState } from "react";
import { Links, Meta, type MiddlewareFunction, Outlet, Scripts, ScrollRestoration } from "react-router";
import { supabaseMiddleware } from "./data/session.server.ts";
import { Failed } from "./shell/failed.tsx";
import { nonceMiddleware } from "./shell/nonce.server.ts";
import { NonceContext } from "./shell/nonce.ts";
import { theme } from "./theme.ts";

const Notifications = lazy(async () => ({ default: (await import("@mantine/notifications")).Notifications }));

export const middleware: MiddlewareFunction<Response>[] = [nonceMiddleware, supabaseMiddleware];

export const meta = () => [{ title: "Holdfast" }];

/** The document around every page, and around every error. */
export function Layout({ children }: { children: ReactNode }) {
  const nonce = use(NonceContext);
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <Meta />
        <Links nonce={nonce} />
        <ColorSchemeScript nonce={nonce} defaultColorScheme="auto" suppressHydrationWarning />
      </head>
      <body>
        <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <Notices />
          {children}
        </MantineProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

/** Where what was done is told. Loaded once the page is there: nothing is told before. */
function Notices() {
  const [here, setHere] = useState(false);
  useEffect(() => setHere(true), []);
  return (
    here && (
      <Suspense>
        <Notifications position="bottom-right" autoClose={8_000} />
      </Suspense>
    )
  );
}

export default function Root() {
  // For whoever drives this page: from here on its buttons do something.
  useEffect(() => {
    document.documentElement.dataset.ready = "";
  }, []);
  return <Outlet />;
}

export function ErrorBoundary({ error }: { error: unknown }) {
  return <Failed error={error} whole />;
}
