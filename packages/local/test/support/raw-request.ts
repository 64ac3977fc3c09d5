import { request } from "node:http";

/** What came back. */
export interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request as it is written, without the tidying that fetch does to paths and hosts. */
export function rawRequest(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body?: Buffer,
): Promise<RawAnswer> {
  return new Promise((done, failed) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("end", () => done({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    // The server hangs up on a body that is too long; its answer may come first.
    sent.on(
      "error",
      (error: NodeJS.ErrnoException) => error.code !== "EPIPE" && error.code !== "ECONNRESET" && failed(error),
    );
    sent.end(body);
  });
}
