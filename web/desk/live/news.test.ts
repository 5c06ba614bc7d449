import { expect, it } from "vitest";
import { parseNews, pauseBefore } from "./news";

it("reads each kind of news, and passes over what it does not know", () => {
  expect(parseNews('{"kind":"ready","id":4}')).toEqual({ kind: "line", id: 4 });
  expect(parseNews('{"kind":"changed","id":5,"ticket_id":7,"detail":{}}')).toEqual({
    kind: "ticket",
    id: 5,
    ticketId: 7,
  });
  expect(parseNews('{"kind":"refined","id":6,"session_id":"s","summary":null,"masked":"m","why":"busy"}')).toEqual({
    kind: "refined",
    id: 6,
    sessionId: "s",
    look: { summary: null, masked: "m", why: "busy" },
  });
  expect(parseNews('{"kind":"later","id":8}')).toBeNull();
  expect(parseNews("no JSON")).toBeNull();
});

it("tries again soon, then ever less often", () => {
  expect([0, 1, 2, 3, 4, 9].map(pauseBefore)).toEqual([1000, 2000, 4000, 8000, 15000, 15000]);
});
