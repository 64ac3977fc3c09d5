import { listen, type Verdict } from "@holdfast/db";
import type { Logger } from "pino";

/** One order: end these runs of that worker, or (drain, without tokens) let it take nothing more. */
export interface Order {
  worker: number;
  tokens: number[];
  verdict: Exclude<Verdict, "lost"> | "drain";
}

/** What {@link listenForOrders} needs. */
export interface OrdersOptions {
  databaseUrl: string;
  logger: Logger;
  onOrder(order: Order): void;
  /** Called after every (re)connect: orders given meanwhile were not heard, a heartbeat will tell them. */
  onConnected(): void;
}

/** Hears orders within milliseconds of their commit, over NOTIFY on `holdfast_orders`. */
export function listenForOrders({ databaseUrl, logger, onOrder, onConnected }: OrdersOptions): AsyncDisposable {
  return listen({
    databaseUrl,
    channel: "holdfast_orders",
    logger,
    onConnected,
    onMessage(payload) {
      const order = readOrder(payload);
      if (order) onOrder(order);
      else logger.warn({ payload }, "an order could not be read");
    },
  });
}

function readOrder(payload: string): Order | undefined {
  try {
    const order = JSON.parse(payload) as Order;
    return Array.isArray(order.tokens) && typeof order.verdict === "string" ? order : undefined;
  } catch {
    return undefined;
  }
}
