import { delay, http, HttpResponse, type HttpHandler } from "msw";

/** Ends a switch over codes: TypeScript refuses the call while a code has no branch. */
export function assertNever(value: never): never {
  throw new Error(`No branch handles ${String(value)}`);
}

/** An error as it was answered. Its code is undefined where the contract knows none such. */
export class ApiError<Code extends string = ErrorCode> extends Error {
  readonly status: number;
  readonly code: Code | undefined;
  readonly body: unknown;

  constructor(status: number, code: Code | undefined, body: unknown) {
    super(code === undefined ? `Status ${status}` : `${status} ${code}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The error that an answer is; of the codes of one operation only, if these are given. */
export async function toApiError(response: Response): Promise<ApiError>;
export async function toApiError<Code extends ErrorCode>(
  response: Response,
  codes: readonly Code[],
): Promise<ApiError<Code>>;
export async function toApiError(
  response: Response,
  codes: readonly string[] = errorCodes,
): Promise<ApiError<string>> {
  const body = parsed(await response.text());
  const code = codes.find((known) => holds(body, known)) ?? codeOfText(body, response.status);
  return new ApiError(response.status, codes.find((known) => known === code), body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a text in the body is the code, or a URI that ends in it. */
function holds(value: unknown, code: string): boolean {
  if (typeof value === "string") {
    return value === code || ["/", ":", "#"].some((mark) => value.endsWith(mark + code));
  }
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((item) => holds(item, code))
  );
}

/** The code whose documented text the body holds, for errors that carry no code. */
function codeOfText(body: unknown, status: number): ErrorCode | undefined {
  return errorTexts.find((row) => row.status === status && holds(body, row.text))?.code;
}

/** The outcome of a connection that breaks. */
export const networkError: unique symbol = Symbol("network error");

/** What answers: a case, or several in turn, of which the last stays. */
export type Outcomes<Case extends string> =
  | Case
  | typeof networkError
  | readonly [Case | typeof networkError, ...(Case | typeof networkError)[]];

export interface HandlerOptions<Body> {
  /** Where the API is; any place by default. */
  baseUrl?: string | undefined;
  /** Another body than the generated one; of several outcomes that of the last. */
  body?: Body | undefined;
  /** Milliseconds before each answer; "real" for a realistic time, "infinite" for no answer. */
  delay?: number | "real" | "infinite" | undefined;
}

interface Answer {
  readonly status: number;
  readonly mediaType: string | null;
  readonly body: unknown;
}

type Method = "delete" | "get" | "head" | "options" | "patch" | "post" | "put";

function handler(
  method: Method,
  path: string,
  answers: Readonly<Record<string, Answer>>,
  outcomes: Outcomes<string>,
  options: HandlerOptions<unknown>,
): HttpHandler {
  const base = options.baseUrl?.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const url = new RegExp(`^${base ?? "[^?#]*"}${path}$`);
  const all = typeof outcomes === "object" ? outcomes : [outcomes];
  let count = 0;
  return http[method](url, async () => {
    const place = Math.min(count++, all.length - 1);
    const outcome = all[place];
    if (options.delay !== undefined) {
      await delay(options.delay);
    }
    const answer = typeof outcome === "string" ? answers[outcome] : undefined;
    if (answer === undefined) {
      return HttpResponse.error();
    }
    const isLast = place === all.length - 1;
    return respond(answer, isLast ? (options.body ?? answer.body) : answer.body);
  });
}

function respond({ status, mediaType }: Answer, body: unknown): HttpResponse<string | null> {
  if (mediaType === null) {
    return new HttpResponse(null, { status });
  }
  const text = /json/i.test(mediaType) ? JSON.stringify(body) : String(body);
  return new HttpResponse(text, { status, headers: { "Content-Type": mediaType } });
}
