import { Socket } from "node:net";
import { ReadStream } from "node:tty";
import type { ByteSink } from "./started-command.ts";

// One buffer for all reads of a stream: a buffer per read would cost tens of megabytes before they are collected.
const readBytes = 64 * 1024;

/** Reads a file descriptor until its end. */
export interface ByteReader {
  readonly ended: Promise<void>;
  close(): void;
}

/** Reads the end of a pipe. */
export function readPipe(fd: number, sink: ByteSink): ByteReader {
  return reader((onread) => new Socket({ fd, readable: true, writable: false, onread }), sink);
}

/** Reads the master side of a pseudo-terminal. Its end is an error (EIO) on Linux: every process has closed it. */
export function readTerminal(fd: number, sink: ByteSink): ByteReader {
  return reader((onread) => new TerminalStream(fd, { onread }), sink);
}

type OnRead = {
  buffer: Uint8Array;
  callback(length: number, buffer: Uint8Array): boolean;
};

// The published type of the constructor does not know its second parameter, the options of a socket.
const TerminalStream = ReadStream as unknown as new (fd: number, options: { onread: OnRead }) => Socket;

function reader(open: (onread: OnRead) => Socket, sink: ByteSink): ByteReader {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const socket = open({
    buffer,
    callback(length) {
      sink(buffer.subarray(0, length));
      return true;
    },
  });
  socket.on("error", () => resolve());
  socket.on("close", () => resolve());
  socket.on("end", () => resolve());
  socket.resume();
  return { ended, close: () => socket.destroy() };
}
