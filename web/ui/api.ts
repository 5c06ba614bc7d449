import createClient, { type Client } from "openapi-fetch";
import type { paths as DeskPaths } from "./api/desk";
import type { paths as OrchestratorPaths } from "./api/orchestrator";

/** A refusal by the backend. code: its own word for it (`not_signed_in`), or `http_STATUS`. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "ApiProblem";
  }
}

/** No answer came: the network or the backend is away. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.name = "Unreachable";
  }
}

const HEADERS = { "x-requested-with": "widip" };

export const createDeskApi = (): Client<DeskPaths> => createApi<DeskPaths>();
export const createOrchestratorApi = (): Client<OrchestratorPaths> => createApi<OrchestratorPaths>();

/** A typed client of the backend that served the page. fetch is looked up at each call. */
function createApi<Paths extends object>(): Client<Paths> {
  return createClient<Paths>({
    baseUrl: globalThis.location.origin,
    headers: HEADERS,
    credentials: "same-origin",
    fetch: (request) => globalThis.fetch(request),
  });
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws ApiProblem for a refusal, Unreachable when no answer came. */
export async function take<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await asked;
  } catch (error) {
    // What is no JSON comes from something else in between: a network that wants a sign-in of its own, a proxy.
    if (error instanceof TypeError || error instanceof SyntaxError) throw new Unreachable();
    throw error;
  }
  if (answer.response.ok) return answer.data as Data;
  throw problemFrom(answer.response.status, answer.error);
}

/** A refusal's body: the desk's `{error, message, detail}`, or FastAPI's `{detail}`. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  const fields = isRecord(body) ? body : {};
  const code = typeof fields.error === "string" ? fields.error : `http_${status}`;
  const said = typeof fields.message === "string" ? fields.message : fields.detail;
  return new ApiProblem(
    status,
    code,
    typeof said === "string" ? said : "",
    isRecord(fields.detail) ? fields.detail : {},
  );
}

/** Whether the same question may get an answer a little later. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 500);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
