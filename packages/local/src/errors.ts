/** An error of the local stack that a person can act on. `exitCode` is what a command should end with. */
export class LocalStackError extends Error {
  override readonly name: string = "LocalStackError";
  /** Stable name, e.g. `local.port_taken`. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
  /** 1: the thing failed, 2: usage, 3: cannot be reached or cannot be had. */
  readonly exitCode: 1 | 2 | 3;

  constructor(rule: string, message: string, remedy: string, exitCode: 1 | 2 | 3 = 1, options?: ErrorOptions) {
    super(`${message}\n  do: ${remedy}`, options);
    this.rule = rule;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** A port of the stack is held by a program that is not this stack. */
export class PortTakenError extends LocalStackError {
  override readonly name = "PortTakenError";
  readonly port: number;

  constructor(port: number, what: string, setting: PortSetting, holder?: string) {
    super(
      "local.port_taken",
      `port ${port}, wanted for ${what}, is held by ${holder ?? "another program"}`,
      `stop that program, or change the port: ${setting.key} in ${setting.file}, or ${setting.env}=<port> for one start`,
      3,
    );
    this.port = port;
  }
}

/** Where a port is configured, as shown in an error. */
export interface PortSetting {
  file: string;
  key: string;
  env: string;
}
