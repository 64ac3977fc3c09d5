import { Page } from "../parts/page.tsx";

export default function P() {
  return <Page title="Quarantine and dead letters">{null}</Page>;
}
