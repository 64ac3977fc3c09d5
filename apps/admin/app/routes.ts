import { index, type RouteConfig, route } from "@react-router/dev/routes";
import { PAGES } from "./pages.ts";

export default [
  index("shell/home.tsx"),
  route("sign-in", "shell/sign-in.tsx"),
  route("sign-out", "shell/sign-out.ts"),
  route("w/:workspace", "shell/shell.tsx", [
    ...PAGES.map(({ path, file, children = [] }) =>
      path === ""
        ? index(file)
        : route(
            path,
            file,
            children.map((child) => route(child.path, child.file)),
          ),
    ),
    route("*", "shell/not-found.tsx"),
  ]),
  // Without a page of their own: asked by the pages.
  route("w/:workspace/act", "shell/act.ts"),
  route("w/:workspace/alive", "shell/alive.ts"),
  route("w/:workspace/find", "shell/find.ts"),
  route("w/:workspace/views", "shell/views.ts"),
  route("w/:workspace/stop-scope", "shell/stop-scope.ts"),
  route("w/:workspace/preview-jobs", "pages/history/preview.ts"),
  route("w/:workspace/output/:run", "pages/history/output.ts"),
  route("w/:workspace/ledger/export", "pages/ledger-export.ts"),
  route("*", "shell/nowhere.tsx"),
] satisfies RouteConfig;
