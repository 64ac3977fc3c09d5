import { Failed } from "./failed.tsx";

export function loader() {
  throw new Response(null, { status: 404 });
}

export default function Nowhere() {
  return null;
}

export function ErrorBoundary({ error }: { error: unknown }) {
  return <Failed error={error} whole />;
}
