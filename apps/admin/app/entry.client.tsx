import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";
import { NonceContext } from "./shell/nonce.ts";

// The browser hides the attribute from scripts that read the page, and gives the property to those that run in it.
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
// Where the scroll lock of dialogs looks for the nonce of the style element it adds.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <NonceContext value={nonce}>
        <HydratedRouter />
      </NonceContext>
    </StrictMode>,
  );
});
