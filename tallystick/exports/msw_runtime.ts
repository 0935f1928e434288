import { http, HttpResponse, type HttpHandler } from "msw";

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
  codes: readonly ErrorCode[] = errorCodes,
): Promise<ApiError> {
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

export interface HandlerOptions<Body> {
  /** Where the API is; any place by default. */
  baseUrl?: string | undefined;
  /** Another body than the generated one. */
  body?: Body | undefined;
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
  answer: Answer,
  options: HandlerOptions<unknown>,
): HttpHandler {
  const base = options.baseUrl?.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const url = new RegExp(`^${base ?? "[^?#]*"}${path}$`);
  return http[method](url, () => respond(answer, options.body ?? answer.body));
}

function respond({ status, mediaType }: Answer, body: unknown): HttpResponse<string | null> {
  if (mediaType === null) {
    return new HttpResponse(null, { status });
  }
  const text = /json/i.test(mediaType) ? JSON.stringify(body) : String(body);
  return new HttpResponse(text, { status, headers: { "Content-Type": mediaType } });
}
