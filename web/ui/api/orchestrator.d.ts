// Made by "make types" from orchestrator.json.
export interface paths {
  "/api/approvals": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Approvals
     * @description What waits for a decision; with `all` the decided, expired and void ones too, latest first.
     */
    get: operations["list_approvals"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/approvals/{approval_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Approval
     * @description One approval, whatever became of it.
     */
    get: operations["get_approval"];
    put?: never;
    /**
     * Decide
     * @description Approve or reject, once. Nobody decides on a request that he has a part in.
     */
    post: operations["decide_approval"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Search Audit
     * @description Sign-ins, decisions, switches, replays, exports, and effects on the outside.
     */
    get: operations["search_audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/audit/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Export Audit
     * @description All lines that fit, oldest first, with their hashes.
     */
    get: operations["export_audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/audit/verify": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Verify Audit
     * @description Does each line hold the hash of the one before? Goes on from `next_after`, so many lines at a time.
     */
    get: operations["verify_audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/dead-letters": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Letters
     * @description Deliveries that could not be used and runs that ended in an error.
     */
    get: operations["list_dead_letters"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/dead-letters/{kind}/{key}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Letter
     * @description One, with what was received or what its run says.
     */
    get: operations["get_dead_letter"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/dead-letters/{kind}/{key}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay Letter
     * @description Try it again, by the same door and under the same keys. 409: that would not help; 422: still unreadable.
     */
    post: operations["replay_dead_letter"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries/unusable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Unusable Deliveries
     * @description Deliveries that were no usable alert, newest first, with the reason.
     */
    get: operations["list_unusable_deliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Watch Changes
     * @description What changes, within a second, each as a ChangeEvent; comments keep the stream alive.
     *
     *     Goes on after Last-Event-ID. It ends after ten minutes, browsers come again by themselves, and for whoever
     *     is signed out meanwhile.
     */
    get: operations["watch_changes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Incidents
     * @description The latest incidents, of one site if given.
     */
    get: operations["list_incidents"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Incident
     * @description One incident; of its journal what came after line `after`.
     */
    get: operations["get_incident"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}/markdown": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Markdown
     * @description The same as Markdown, to be copied.
     */
    get: operations["get_incident_markdown"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}/redeliver": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Redeliver Incident
     * @description Take its deliveries in once more, under the same keys: what was done is not done again.
     */
    post: operations["redeliver_incident"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay Incident
     * @description Read Observium afresh and judge again: nothing is written. Takes seconds.
     */
    post: operations["replay_incident"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retry Incident
     * @description Put an incident that waits for a person to work again; 409 for one that does not.
     */
    post: operations["retry_incident"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/incidents/{key}/timeline": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Timeline
     * @description What happened, line by line, after line `after`.
     */
    get: operations["get_incident_timeline"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/journal": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Search Journal
     * @description Every line of every run.
     */
    get: operations["search_journal"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/journal/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Export Journal
     * @description All lines that fit, oldest first.
     */
    get: operations["export_journal"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/now": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Now
     * @description One moment: GLPI, the model's lock and its line, queues, servers, open incidents by site.
     */
    get: operations["get_now"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/people/export": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Export
     * @description Every row that names this address, or the account that has it.
     */
    post: operations["export_api_people_export_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/people/forget": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Forget
     * @description Erase who it was from those rows; that something was done, when and on which GUID stays.
     */
    post: operations["forget_api_people_forget_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/policies": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Policies
     * @description The policy table, line by line, and each plan's mode with its kill switch.
     */
    get: operations["get_policies"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/policies/{plan}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Plan Modes
     * @description What a plan may do on each site, and who says so.
     */
    get: operations["get_plan_modes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Requests
     * @description The latest requests, of one ticket or site if given.
     */
    get: operations["list_requests"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests/{key}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Request
     * @description One request; of its journal what came after line `after`.
     */
    get: operations["get_request"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests/{key}/markdown": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Markdown
     * @description The same as Markdown, to be copied.
     */
    get: operations["get_request_markdown"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests/{key}/redeliver": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Redeliver Request
     * @description Have its ticket looked at once more, as GLPI's webhook does: texts that were read ask nothing again.
     */
    post: operations["redeliver_request"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests/{key}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay Request
     * @description Read ticket and directory afresh and ask policy again: nothing is written. Takes seconds.
     */
    post: operations["replay_request"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/requests/{key}/timeline": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Timeline
     * @description What happened, line by line, after line `after`.
     */
    get: operations["get_request_timeline"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Runs
     * @description The latest runs.
     */
    get: operations["list_runs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{key}/markdown": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Markdown
     * @description The same as Markdown, to be copied.
     */
    get: operations["get_run_markdown"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{key}/timeline": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Timeline
     * @description What happened, line by line, after line `after`.
     */
    get: operations["get_run_timeline"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{run_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Run
     * @description One run and its journal, or what of it came after line `after`.
     */
    get: operations["get_run"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Session
     * @description Who is signed in by this cookie.
     */
    get: operations["get_session"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sign-in": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Ways In
     * @description What the sign-in page offers. For anybody.
     */
    get: operations["get_ways_in"];
    put?: never;
    /**
     * Sign In
     * @description Sign in by password; sets the session's cookie. After a few wrong tries the name is locked for a while.
     */
    post: operations["sign_in"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sign-in/oidc": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Begin
     * @description Sign in with the organisation's account: leads to its provider.
     */
    get: operations["begin_oidc"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sign-in/oidc/callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Finish
     * @description Back from the provider: signs in, and leads to the console, which says what went wrong if something did.
     */
    get: operations["finish_oidc"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sign-out": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sign Out
     * @description End this session.
     */
    post: operations["sign_out"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/statistics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Statistics
     * @description Figures by hour (14 days at most) or by day (400); the last 2 or 30 days when not asked otherwise.
     */
    get: operations["get_statistics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/switches": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List All
     * @description All that are set.
     */
    get: operations["list_switches"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/switches/{plan}/{site}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Change
     * @description Set one: it counts from the next write on. Turning up needs the role admin.
     */
    put: operations["set_switch"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Healthz
     * @description The process answers.
     */
    get: operations["healthz_healthz_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Readyz
     * @description Can it take work? `degraded` says what is missing: work is still taken, and waits.
     */
    get: operations["readyz_readyz_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/redis": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Redis
     * @description One Redis operation on one key of the brief's families.
     */
    post: operations["redis_redis_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * AccountFacts
     * @description An account as the directory has it. mail_is_unique: no other account has the same address.
     */
    AccountFacts: {
      /**
       * Display Name
       * @default
       */
      display_name: string;
      /** Dn */
      dn: string;
      /** Mail */
      mail?: string | null;
      /**
       * Mail Is Unique
       * @default false
       */
      mail_is_unique: boolean;
      /**
       * Object Guid
       * Format: uuid
       */
      object_guid: string;
      /** Samaccountname */
      samaccountname: string;
    };
    /**
     * ActLine
     * @description One line of the audit. subject: what it was done to; hash: of this line and the hash before.
     */
    ActLine: {
      /** Actor */
      actor: string;
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Hash */
      hash: string;
      /** Id */
      id: number;
      /** Kind */
      kind: string;
      /** Previous */
      previous: string;
      /** Subject */
      subject: string;
    };
    /**
     * ActPage
     * @description Latest first. next: where the next page begins.
     */
    ActPage: {
      /** Lines */
      lines: components["schemas"]["ActLine"][];
      /** Next */
      next: string | null;
    };
    /**
     * Action
     * @description One plan with all that it touches.
     *
     *     recipient: who gets the secret link, or the news. owner: where the account's owner is told, when that is somebody
     *     else. confirmer: who has to confirm. groups: DNs to be copied from groups_from. not_before: the day of a departure.
     */
    Action: {
      account?: components["schemas"]["AccountFacts"] | null;
      author: components["schemas"]["AccountFacts"] | null;
      binding: components["schemas"]["Binding"];
      confirmer?: components["schemas"]["Recipient"] | null;
      /**
       * Groups
       * @default []
       */
      groups: string[];
      groups_from?: components["schemas"]["AccountFacts"] | null;
      new?: components["schemas"]["NewAccount"] | null;
      /** Not Before */
      not_before?: string | null;
      owner?: components["schemas"]["Recipient"] | null;
      plan: components["schemas"]["Plan"];
      recipient?: components["schemas"]["Recipient"] | null;
      /** Request Key */
      request_key: string;
      /** Site */
      site: string | null;
      /** Target Ou */
      target_ou?: string | null;
      /** Texts */
      texts: string[];
      /** Ticket Id */
      ticket_id: number;
    };
    /**
     * AlertRow
     * @description One alert of an incident.
     */
    AlertRow: {
      /** Alert Id */
      alert_id: number;
      /** Device Id */
      device_id: number;
      /** Facts */
      facts: {
        [key: string]: unknown;
      };
      /**
       * Failed At
       * Format: date-time
       */
      failed_at: string;
      /** Flaps */
      flaps: number;
      /** Recovered At */
      recovered_at: string | null;
      /** Reminders */
      reminders: number;
    };
    /**
     * ApprovalPage
     * @description Open ones: that which expires first at the top. All: latest first. next: where the next page begins.
     */
    ApprovalPage: {
      /** Approvals */
      approvals: components["schemas"]["ApprovalRow"][];
      /** Next */
      next: string | null;
    };
    /**
     * ApprovalRow
     * @description One approval. state: as it stands now.
     *
     *     quote: the words that ask. identity: who wrote them and what proves it. action: exactly what would be done, steps:
     *     the same in order; none when the request has since become about something else. code: why policy wants a person,
     *     why: in French. asked_by: the author's account. seconds_left: to decide, 0 when there is nothing to decide any more.
     *     yours: you may decide on it; why_not_yours: you lack the role, or have a part in the request.
     */
    ApprovalRow: {
      action: components["schemas"]["Action"] | null;
      /** Asked By */
      asked_by: string;
      code: components["schemas"]["Code"];
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Decided At */
      decided_at: string | null;
      /** Decided By */
      decided_by: string;
      /** Digest */
      digest: string;
      /**
       * Expires At
       * Format: date-time
       */
      expires_at: string;
      /** Id */
      id: string;
      identity: components["schemas"]["Identity"];
      /** Plan */
      plan: string;
      /** Quote */
      quote: string;
      /** Reason */
      reason: string;
      /** Request Key */
      request_key: string;
      /** Seconds Left */
      seconds_left: number;
      /** Site */
      site: string | null;
      state: components["schemas"]["ApprovalState"];
      /** Steps */
      steps: components["schemas"]["Step"][];
      /** Ticket Id */
      ticket_id: number;
      /** Ticket Url */
      ticket_url: string | null;
      /** Why */
      why: string;
      /**
       * Why Not Yours
       * @enum {string}
       */
      why_not_yours: "" | "closed" | "role" | "barred";
      /** Yours */
      yours: boolean;
    };
    /**
     * ApprovalState
     * @description Where an approval stands. void: what it was about has changed, or is over.
     * @enum {string}
     */
    ApprovalState: "open" | "approved" | "rejected" | "expired" | "void";
    /**
     * Binding
     * @description How the account was found that a request is about.
     * @enum {string}
     */
    Binding: "self" | "colleague" | "new";
    /**
     * BreakerNow
     * @description GLPI, by the last check. state: UP, DOWN, or why nobody knows. problem: in words, empty when all is well.
     */
    BreakerNow: {
      /** Is Open */
      is_open: boolean;
      /** Problem */
      problem: string;
      /** State */
      state: string;
    };
    /**
     * Bucket
     * @description at: when it begins.
     */
    Bucket: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Incidents */
      incidents: number;
      /** Model Calls */
      model_calls: number;
      /** Output Tokens */
      output_tokens: number;
      /** Prompt Tokens */
      prompt_tokens: number;
      /** Refusals */
      refusals: {
        [key: string]: number;
      };
      /** Requests Done */
      requests_done: number;
      /** Requests Ended */
      requests_ended: number;
      /** Resets */
      resets: number;
      /** Tickets */
      tickets: number;
      time_to_done: components["schemas"]["Durations"];
      time_to_ticket: components["schemas"]["Durations"];
      time_to_verdict: components["schemas"]["Durations"];
    };
    /**
     * By
     * @description How long a bucket is.
     * @enum {string}
     */
    By: "hour" | "day";
    /**
     * ChangeEvent
     * @description The data of an event. kind: what to read again; key: which one of them, empty for all.
     *
     *     reset: read everything again: it came after too long an absence, or too much changed at once.
     */
    ChangeEvent: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Key */
      key: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: "now" | "incident" | "run" | "request" | "approval" | "switch" | "dead_letters" | "reset";
    };
    /**
     * Code
     * @description Why: each has a sentence in French for the ticket and a detail for the technician (refusals.py).
     * @enum {string}
     */
    Code:
      | "allowed"
      | "no_rule"
      | "author_unknown"
      | "by_mail"
      | "local_account"
      | "account_gone"
      | "account_disabled"
      | "edited"
      | "several_authors"
      | "text_changed"
      | "no_match"
      | "ambiguous"
      | "other_site"
      | "name_mismatch"
      | "name_taken"
      | "name_unusable"
      | "place_unknown"
      | "not_for_self"
      | "not_referent"
      | "protected"
      | "site_unknown"
      | "no_address"
      | "address_not_unique"
      | "shared_mailbox"
      | "cap_account"
      | "cap_site"
      | "cap_total"
      | "switched_off"
      | "suggest_only"
      | "confirmation_needed"
      | "confirmation_expired"
      | "confirmation_denied"
      | "colleague_approval"
      | "new_approval"
      | "site_approval"
      | "approval_expired"
      | "approval_rejected"
      | "changed"
      | "details_missing"
      | "details_not_given"
      | "not_ours"
      | "ticket_closed"
      | "ticket_gone"
      | "system_refused"
      | "system_away";
    /**
     * DeadLetter
     * @description One of them. id: kind and number. reason: why. can_replay: trying again may help and does nothing twice;
     *     otherwise why_not says why. replayed_at: it was read once more since, and could be.
     */
    DeadLetter: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Can Replay */
      can_replay: boolean;
      /** Id */
      id: string;
      /** Incident Key */
      incident_key: string | null;
      kind: components["schemas"]["LetterKind"];
      /** Reason */
      reason: string;
      /** Replayed At */
      replayed_at: string | null;
      /** Request Key */
      request_key: string | null;
      /** Run Id */
      run_id: string | null;
      /** Title */
      title: string;
      /** Why Not */
      why_not: string;
    };
    /**
     * DeadLetterDetail
     * @description With what was received, redacted and cut, or what the run says of its end.
     */
    DeadLetterDetail: {
      /** Body */
      body: string | null;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      letter: components["schemas"]["DeadLetter"];
    };
    /**
     * DeadLetterPage
     * @description Latest first. next: `before` of the next page.
     */
    DeadLetterPage: {
      /** Letters */
      letters: components["schemas"]["DeadLetter"][];
      /** Next */
      next: string | null;
    };
    /**
     * Decision
     * @description An operator's yes or no. A no says why: the reason goes to the ticket.
     */
    Decision: {
      /**
       * Decision
       * @enum {string}
       */
      decision: "approve" | "reject";
      /**
       * Reason
       * @default
       */
      reason: string;
    };
    /**
     * Deed
     * @description One kind of step; the console has words for each.
     * @enum {string}
     */
    Deed:
      | "create_account"
      | "copy_groups"
      | "create_glpi_user"
      | "reset_password"
      | "unlock"
      | "disable"
      | "enable"
      | "move"
      | "mail_link"
      | "mail_news"
      | "mail_owner"
      | "solve_ticket";
    /**
     * Durations
     * @description Of so many, in seconds: half took no longer than p50, 95 of 100 no longer than p95. None of nothing.
     */
    Durations: {
      /** Count */
      count: number;
      /** P50 S */
      p50_s: number | null;
      /** P95 S */
      p95_s: number | null;
    };
    /**
     * EntryType
     * @description What sort of thing happened.
     * @enum {string}
     */
    EntryType:
      | "intake"
      | "step"
      | "model"
      | "tool"
      | "effect"
      | "policy"
      | "verdict"
      | "person"
      | "lock"
      | "wait"
      | "refusal"
      | "error"
      | "end"
      | "note";
    /**
     * Evidence
     * @description A verdict with what it was made of. reads: the lines of the timeline that were read for it.
     *
     *     responsible, confidence and rule are the rules'; facts are sentences in French. finding: what the model found, if
     *     it was asked in time; it decides nothing.
     */
    Evidence: {
      /** Confidence */
      confidence: number;
      /** Facts */
      facts: string[];
      /** Finding */
      finding: {
        [key: string]: unknown;
      } | null;
      /** Reads */
      reads: number[];
      /** Responsible */
      responsible: string;
      /** Rule */
      rule: string;
    };
    /**
     * Figures
     * @description Of a bucket or a whole period.
     *
     *     tickets: of alerts, that we opened, and tickets' requests that ended. time_to_ticket and time_to_verdict: of alerts,
     *     from receipt. time_to_done: of requests, from when nothing but our work was missing. resets: passwords reset.
     *     refusals: by policy's code, handed over to technicians too. model_tokens: prompt and answer.
     */
    Figures: {
      /** Incidents */
      incidents: number;
      /** Model Calls */
      model_calls: number;
      /** Output Tokens */
      output_tokens: number;
      /** Prompt Tokens */
      prompt_tokens: number;
      /** Refusals */
      refusals: {
        [key: string]: number;
      };
      /** Requests Done */
      requests_done: number;
      /** Requests Ended */
      requests_ended: number;
      /** Resets */
      resets: number;
      /** Tickets */
      tickets: number;
      time_to_done: components["schemas"]["Durations"];
      time_to_ticket: components["schemas"]["Durations"];
      time_to_verdict: components["schemas"]["Durations"];
    };
    /** HTTPValidationError */
    HTTPValidationError: {
      /** Detail */
      detail?: components["schemas"]["ValidationError"][];
    };
    /**
     * Identity
     * @description Who wrote the texts of one request.
     *
     *     author_id: the GLPI account by GLPI's history, even when that proves nothing. code: why it proves nothing.
     *     evidence: what it rests on, in French, for technicians and operators. editor_ids: every GLPI account that had a
     *     hand in the texts.
     */
    Identity: {
      /** Author Id */
      author_id?: number | null;
      code?: components["schemas"]["Code"] | null;
      /**
       * Editor Ids
       * @default []
       */
      editor_ids: number[];
      /**
       * Evidence
       * @default []
       */
      evidence: string[];
      known: components["schemas"]["Known"];
      /** Object Guid */
      object_guid?: string | null;
    };
    /**
     * IncidentDetail
     * @description An incident with its alerts, oldest first, and the journal of all its runs, in order.
     */
    IncidentDetail: {
      /** Alerts */
      alerts: components["schemas"]["AlertRow"][];
      /** Children */
      children: string[];
      incident: components["schemas"]["IncidentRow"];
      /** Journal */
      journal: components["schemas"]["JournalLine"][];
    };
    /**
     * IncidentNow
     * @description An open incident, as the wall shows it. work: what is being done; waits_for: what it waits for.
     *
     *     about: its first alert in the words of Observium: message, device, entity. Strangers wrote them.
     */
    IncidentNow: {
      /** About */
      about: string;
      /** Confidence */
      confidence: number | null;
      /** Device Id */
      device_id: number;
      /** Device Url */
      device_url: string | null;
      /** Key */
      key: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: "site" | "storm";
      /**
       * Opened At
       * Format: date-time
       */
      opened_at: string;
      /** Parent Key */
      parent_key: string | null;
      /** Responsible */
      responsible: string;
      /** Round */
      round: number;
      /** Ticket Id */
      ticket_id: number | null;
      /** Ticket Url */
      ticket_url: string | null;
      /** Waits For */
      waits_for: string;
      /** Work */
      work: string | null;
    };
    /**
     * IncidentPage
     * @description Incidents, newest first. next: where the next page begins.
     */
    IncidentPage: {
      /** Incidents */
      incidents: components["schemas"]["IncidentRow"][];
      /** Next */
      next: string | null;
    };
    /**
     * IncidentReplay
     * @description What the rules say of an incident now, beside what was said. next_work: what would be done next, and when.
     *
     *     same: responsible and rule are what they were.
     */
    IncidentReplay: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Before */
      before: {
        [key: string]: unknown;
      } | null;
      /** Key */
      key: string;
      /** Next At */
      next_at: string | null;
      /** Next Work */
      next_work: string | null;
      /** Now */
      now: {
        [key: string]: unknown;
      };
      /** Reads */
      reads: components["schemas"]["ReadRow"][];
      /** Same */
      same: boolean;
    };
    /**
     * IncidentRow
     * @description One incident. work: what is done for it now; waits_for: glpi, or person after a failed run.
     */
    IncidentRow: {
      /** Closed At */
      closed_at: string | null;
      /** Closed Why */
      closed_why: string;
      /** Device Id */
      device_id: number;
      /** Diagnosed At */
      diagnosed_at: string | null;
      /** Due At */
      due_at: string | null;
      /** Key */
      key: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: "site" | "storm";
      /**
       * Opened At
       * Format: date-time
       */
      opened_at: string;
      /** Parent Key */
      parent_key: string | null;
      /** Round */
      round: number;
      /** Settled At */
      settled_at: string | null;
      /** Site */
      site: string | null;
      /** Ticket Id */
      ticket_id: number | null;
      /** Told */
      told: string[];
      /** Verdict */
      verdict: {
        [key: string]: unknown;
      } | null;
      /** Waits For */
      waits_for: string;
      /** Work */
      work: string | null;
    };
    /**
     * JournalLine
     * @description One thing that happened. `id` grows: pass the last one as `after` to read on.
     */
    JournalLine: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Id */
      id: number;
      /** Kind */
      kind: string;
    };
    /**
     * JournalPage
     * @description Latest first. next: where the next page begins.
     */
    JournalPage: {
      /** Lines */
      lines: components["schemas"]["RunLine"][];
      /** Next */
      next: string | null;
    };
    /**
     * Known
     * @description How an author is known.
     * @enum {string}
     */
    Known: "desk" | "directory" | "nobody";
    /**
     * LetterKind
     * @description What it is. delivery: could not be read; admission: was read and no incident could take it; run: failed.
     * @enum {string}
     */
    LetterKind: "delivery" | "admission" | "run";
    /**
     * Links
     * @description Where GLPI and Observium show it; null where there is nothing, or their pages are not configured.
     */
    Links: {
      /** Device Id */
      device_id: number | null;
      /** Device Url */
      device_url: string | null;
      /** Ticket Id */
      ticket_id: number | null;
      /** Ticket Url */
      ticket_url: string | null;
    };
    /**
     * LockNow
     * @description The model's lock. owner: empty when it is free. problem: Redis does not answer, so nobody knows.
     */
    LockNow: {
      /** Owner */
      owner: string;
      /** Problem */
      problem: string;
      /** Run */
      run: string;
      /** Ttl S */
      ttl_s: number;
      /** Waiting */
      waiting: components["schemas"]["WaiterNow"][];
    };
    /**
     * Method
     * @description How somebody signed in.
     * @enum {string}
     */
    Method: "password" | "oidc";
    /**
     * Mode
     * @description What a plan may do on a site, strictest first.
     * @enum {string}
     */
    Mode: "off" | "suggest" | "on";
    /**
     * NewAccount
     * @description An account to be made. glpi_email: what its GLPI account gets.
     */
    NewAccount: {
      /** Firstname */
      firstname: string;
      /** Glpi Email */
      glpi_email?: string | null;
      /**
       * Job
       * @default
       */
      job: string;
      /** Lastname */
      lastname: string;
      /** Ou Dn */
      ou_dn: string;
      /** Username */
      username: string;
    };
    /**
     * Now
     * @description One moment. more_incidents: open ones that are not listed. problems: what keeps it from being whole.
     */
    Now: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      breaker: components["schemas"]["BreakerNow"];
      /** Dead Letters */
      dead_letters: number;
      lock: components["schemas"]["LockNow"];
      /** More Incidents */
      more_incidents: number;
      /** Open Approvals */
      open_approvals: number;
      /** Open Incidents */
      open_incidents: number;
      /** Queues */
      queues: components["schemas"]["QueueNow"][];
      /** Servers */
      servers: components["schemas"]["ServerNow"][];
      /** Sites */
      sites: components["schemas"]["SiteNow"][];
    };
    /**
     * OperatorRole
     * @description What an operator may do; all may look.
     * @enum {string}
     */
    OperatorRole: "viewer" | "operator" | "approver" | "admin";
    /**
     * PersonAsked
     * @description Whom it is about. In the body: addresses of requests are logged.
     */
    PersonAsked: {
      /** Email */
      email: string;
    };
    /**
     * PersonForgotten
     * @description How many rows of each table name nobody any more. open: of what has not ended, and stays: forget again then.
     */
    PersonForgotten: {
      /** Account Write */
      account_write: number;
      /** Alert */
      alert: number;
      /** Approval */
      approval: number;
      /** Confirmation */
      confirmation: number;
      /** Delivery */
      delivery: number;
      /** Incident */
      incident: number;
      /** Journal */
      journal: number;
      /** Open */
      open: number;
      /** Request */
      request: number;
      /** Run */
      run: number;
      /** Unusable Delivery */
      unusable_delivery: number;
    };
    /**
     * PersonLine
     * @description A line of the journal that names the person.
     */
    PersonLine: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Id */
      id: number;
      /** Kind */
      kind: string;
      /** Run Id */
      run_id: string;
    };
    /**
     * PersonTold
     * @description Every row that names the person, by table.
     */
    PersonTold: {
      /** Account Write */
      account_write: {
        [key: string]: unknown;
      }[];
      /** Alert */
      alert: {
        [key: string]: unknown;
      }[];
      /** Approval */
      approval: {
        [key: string]: unknown;
      }[];
      /** Confirmation */
      confirmation: {
        [key: string]: unknown;
      }[];
      /** Delivery */
      delivery: {
        [key: string]: unknown;
      }[];
      /** Incident */
      incident: {
        [key: string]: unknown;
      }[];
      /** Journal */
      journal: components["schemas"]["PersonLine"][];
      /** Request */
      request: {
        [key: string]: unknown;
      }[];
      /** Run */
      run: {
        [key: string]: unknown;
      }[];
      /** Unusable Delivery */
      unusable_delivery: {
        [key: string]: unknown;
      }[];
    };
    /**
     * Plan
     * @description What is done with a request.
     * @enum {string}
     */
    Plan: "PASSWORD_RESET" | "UNLOCK" | "CREATE_ACCOUNT" | "DISABLE" | "ENABLE" | "MOVE" | "QUESTION" | "NOT_OURS";
    /**
     * PlanMode
     * @description What a plan may do on a site: the strictest of all that is said.
     */
    PlanMode: {
      mode: components["schemas"]["Mode"];
      plan: components["schemas"]["Plan"];
      /** Said */
      said: components["schemas"]["Said"][];
      /** Site */
      site: string;
    };
    /**
     * PlanModes
     * @description One plan on every site of the registry, and `?` where none is known.
     */
    PlanModes: {
      /** Modes */
      modes: components["schemas"]["PlanMode"][];
      plan: components["schemas"]["Plan"];
    };
    /**
     * PlanSummary
     * @description A plan over all sites. by_mode: on how many of them it is off, suggested, on. everywhere: its own switch.
     */
    PlanSummary: {
      /** By Mode */
      by_mode: {
        [key: string]: number;
      };
      everywhere: components["schemas"]["Mode"] | null;
      plan: components["schemas"]["Plan"];
    };
    /**
     * Policies
     * @description The table and the plans; `kill_switch`: the mode of all plans on all sites, when one is set.
     */
    Policies: {
      kill_switch: components["schemas"]["Mode"] | null;
      /** Plans */
      plans: components["schemas"]["PlanSummary"][];
      /** Table */
      table: components["schemas"]["PolicyRow"][];
    };
    /**
     * PolicyRow
     * @description One line of the table; the first that fits a situation decides. when: the situation, in English.
     *
     *     code: why; none where whoever found the fact out says it. why: in French.
     */
    PolicyRow: {
      code: components["schemas"]["Code"] | null;
      /** Number */
      number: number;
      verdict: components["schemas"]["Verdict"];
      /** When */
      when: string;
      /** Why */
      why: string;
    };
    /**
     * QueueNow
     * @description Work of one kind. waiting: has not begun; running: is being done; blocked: waits for a system or a person.
     */
    QueueNow: {
      /** Blocked */
      blocked: number;
      /**
       * Name
       * @enum {string}
       */
      name: "deliveries" | "incidents" | "tickets" | "requests";
      /** Oldest At */
      oldest_at: string | null;
      /** Running */
      running: number;
      /** Waiting */
      waiting: number;
    };
    /**
     * ReadRow
     * @description One read of the re-run. outcome: ok, or an error's code.
     */
    ReadRow: {
      /** Ms */
      ms: number | null;
      /** Outcome */
      outcome: string;
      /** Tool */
      tool: string;
    };
    /**
     * Recipient
     * @description Somebody who is written to, at the address that the directory has.
     */
    Recipient: {
      /** Email */
      email: string;
      /** Name */
      name: string;
      /**
       * Object Guid
       * Format: uuid
       */
      object_guid: string;
      role: components["schemas"]["Role"];
    };
    /**
     * Redelivered
     * @description The same delivery was taken in again. known: how many of them had been before, so that nothing is done again.
     */
    Redelivered: {
      /** Deliveries */
      deliveries: number;
      /** Key */
      key: string;
      /** Known */
      known: number;
      /** What */
      what: string;
    };
    /**
     * RedisAction
     * @description The six operations of the brief, and renew.
     * @enum {string}
     */
    RedisAction: "get" | "set" | "delete" | "acquire" | "release" | "exists" | "renew";
    /**
     * RedisCommand
     * @description Body of `POST /redis`: one operation on one key of the brief's families.
     */
    RedisCommand: {
      action: components["schemas"]["RedisAction"];
      /** Key */
      key: string;
      /** Lock Id */
      lock_id?: string | null;
      /**
       * Ttl
       * @description seconds
       */
      ttl?: number | null;
      /** Value */
      value?: string | null;
    };
    /**
     * Refusal
     * @description Why a decision was not taken. code: unknown, decided, expired, void or barred.
     */
    Refusal: {
      code: components["schemas"]["WhyNot"];
      /** Message */
      message: string;
    };
    /**
     * RefusalBody
     * @description As FastAPI wraps it.
     */
    RefusalBody: {
      /** Detail */
      detail: components["schemas"]["Refusal"] | string;
    };
    /**
     * Replayed
     * @description What became of a dead letter that was tried again.
     */
    Replayed: {
      /** Id */
      id: string;
      /**
       * Outcome
       * @enum {string}
       */
      outcome: "accepted" | "readmitted" | "retried";
    };
    /**
     * RequestDetail
     * @description A request with what exactly would be or was done, and its journal in order.
     */
    RequestDetail: {
      action: components["schemas"]["Action"] | null;
      /** Journal */
      journal: components["schemas"]["JournalLine"][];
      request: components["schemas"]["RequestRow"];
    };
    /**
     * RequestPage
     * @description Requests, newest first. next: where the next page begins.
     */
    RequestPage: {
      /** Next */
      next: string | null;
      /** Requests */
      requests: components["schemas"]["RequestRow"][];
    };
    /**
     * RequestReplay
     * @description What policy says of a request now, beside what became of it. why: in French.
     *
     *     same_action: exactly the same would be done. steps: what would be done if policy said go.
     */
    RequestReplay: {
      action: components["schemas"]["Action"] | null;
      /**
       * At
       * Format: date-time
       */
      at: string;
      code: components["schemas"]["Code"];
      /** Code Before */
      code_before: string;
      /** Key */
      key: string;
      /** Reads */
      reads: components["schemas"]["ReadRow"][];
      /** Same Action */
      same_action: boolean;
      /** State Before */
      state_before: string;
      /** Steps */
      steps: components["schemas"]["Step"][];
      verdict: components["schemas"]["Verdict"];
      /** Why */
      why: string;
    };
    /**
     * RequestRow
     * @description One request of a ticket. asked: what was read; code: why it is in this state; done: effects that are there.
     *
     *     settled_at: when nothing but our own work was missing. due_at: when the clock has something for it.
     */
    RequestRow: {
      /** Asked */
      asked: {
        [key: string]: unknown;
      };
      /** Attempts */
      attempts: number;
      /** Author Id */
      author_id: number | null;
      /** Closed At */
      closed_at: string | null;
      /** Code */
      code: string;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Done */
      done: unknown[];
      /** Due At */
      due_at: string | null;
      /** Key */
      key: string;
      /** Number */
      number: number;
      plan: components["schemas"]["Plan"];
      /** Settled At */
      settled_at: string | null;
      /** Site */
      site: string | null;
      state: components["schemas"]["State"];
      /** Ticket Id */
      ticket_id: number;
      /** Waits For */
      waits_for: string;
      /** Work */
      work: boolean;
    };
    /**
     * Role
     * @description Why somebody is written to.
     * @enum {string}
     */
    Role: "author" | "owner" | "referent" | "technician";
    /**
     * RunDetail
     * @description A run with its journal. more: there are lines after the last of these.
     */
    RunDetail: {
      /** Journal */
      journal: components["schemas"]["JournalLine"][];
      /** More */
      more: boolean;
      run: components["schemas"]["RunRow"] | null;
    };
    /**
     * RunLine
     * @description A line of the journal, with its run.
     */
    RunLine: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Id */
      id: number;
      /** Kind */
      kind: string;
      /** Run Id */
      run_id: string;
    };
    /**
     * RunPage
     * @description Runs, newest first. next: where the next page begins.
     */
    RunPage: {
      /** Next */
      next: string | null;
      /** Runs */
      runs: components["schemas"]["RunRow"][];
    };
    /**
     * RunRow
     * @description One run. state: running, done, waiting (for GLPI) or failed.
     */
    RunRow: {
      /** Ended At */
      ended_at: string | null;
      /** Id */
      id: string;
      /** Incident Key */
      incident_key: string | null;
      /** Kind */
      kind: string;
      /**
       * Started At
       * Format: date-time
       */
      started_at: string;
      /** State */
      state: string;
      /** Summary */
      summary: {
        [key: string]: unknown;
      };
    };
    /**
     * Said
     * @description Who says a mode: a switch, or sites.toml. by and reason: of a switch.
     */
    Said: {
      /**
       * By
       * @default
       */
      by: string;
      mode: components["schemas"]["Mode"];
      /** Plan */
      plan: string;
      /**
       * Reason
       * @default
       */
      reason: string;
      /** Site */
      site: string;
      /**
       * Source
       * @enum {string}
       */
      source: "switch" | "sites.toml" | "default";
    };
    /**
     * ServerNow
     * @description A server or system that we stand on. code and reason: why it is not up; empty when it is.
     */
    ServerNow: {
      /** Code */
      code: string;
      /** Is Up */
      is_up: boolean;
      /**
       * Kind
       * @enum {string}
       */
      kind: "mcp" | "redis" | "database";
      /** Name */
      name: string;
      /** Reason */
      reason: string;
      /** Tools */
      tools: number;
    };
    /**
     * SignIn
     * @description Name and password of an operator.
     */
    SignIn: {
      /** Name */
      name: string;
      /**
       * Password
       * Format: password
       */
      password: string;
    };
    /**
     * SignInProblem
     * @description Why nobody was signed in. retry_after_s: when a locked name may be tried again.
     */
    SignInProblem: {
      /**
       * Code
       * @enum {string}
       */
      code: "wrong" | "locked" | "too_many";
      /** Message */
      message: string;
      /** Retry After S */
      retry_after_s?: number | null;
    };
    /**
     * SignInProblemBody
     * @description As FastAPI wraps it.
     */
    SignInProblemBody: {
      /** Detail */
      detail: components["schemas"]["SignInProblem"] | string;
    };
    /**
     * SignedIn
     * @description Who is signed in. idle_at: it ends then if nothing is done; ends_at: it ends then in any case.
     */
    SignedIn: {
      /**
       * Ends At
       * Format: date-time
       */
      ends_at: string;
      /**
       * Idle At
       * Format: date-time
       */
      idle_at: string;
      method: components["schemas"]["Method"];
      /** Name */
      name: string;
      /** Roles */
      roles: components["schemas"]["OperatorRole"][];
      /**
       * Signed In At
       * Format: date-time
       */
      signed_in_at: string;
    };
    /**
     * SiteNow
     * @description A site with its open incidents, oldest first. code: empty for devices that no site of the registry has.
     */
    SiteNow: {
      /** Code */
      code: string;
      /** Incidents */
      incidents: components["schemas"]["IncidentNow"][];
      /** Name */
      name: string;
    };
    /**
     * State
     * @description Where a request is. The open ones are the first six.
     * @enum {string}
     */
    State:
      | "new"
      | "asked"
      | "confirming"
      | "approving"
      | "scheduled"
      | "acting"
      | "done"
      | "suggested"
      | "refused"
      | "handed_over"
      | "answered"
      | "left"
      | "continued";
    /**
     * Statistics
     * @description Buckets in order, those without anything too; and the whole period.
     */
    Statistics: {
      /** Buckets */
      buckets: components["schemas"]["Bucket"][];
      by: components["schemas"]["By"];
      /**
       * Since
       * Format: date-time
       */
      since: string;
      total: components["schemas"]["Figures"];
      /**
       * Until
       * Format: date-time
       */
      until: string;
    };
    /**
     * Step
     * @description One step. on: whose account, or the mailbox that is written to. more: the place, or the groups by DN.
     */
    Step: {
      deed: components["schemas"]["Deed"];
      /**
       * More
       * @default []
       */
      more: string[];
      /**
       * Name
       * @default
       */
      name: string;
      /** On */
      on: string;
    };
    /**
     * SwitchChange
     * @description A new mode, and why.
     */
    SwitchChange: {
      mode: components["schemas"]["Mode"];
      /** Reason */
      reason: string;
    };
    /**
     * SwitchPage
     * @description All that are set. The strictest that fits wins, sites.toml included; where nothing is said it is `suggest`.
     */
    SwitchPage: {
      /** Switches */
      switches: components["schemas"]["SwitchRow"][];
    };
    /**
     * SwitchRow
     * @description What a plan may do on a site at most. plan and site: one, or `*` for all; site `?`: where none is known.
     */
    SwitchRow: {
      /**
       * Changed At
       * Format: date-time
       */
      changed_at: string;
      /** Changed By */
      changed_by: string;
      mode: components["schemas"]["Mode"];
      /** Plan */
      plan: components["schemas"]["Plan"] | "*";
      /** Reason */
      reason: string;
      /** Site */
      site: string;
    };
    /**
     * Timeline
     * @description title: what it is about. entries: in order; more: there are others after the last of these (`after`).
     *
     *     totals: of all lines, not only of these. evidence: of an incident with a verdict; steps: of a request with an
     *     action, what exactly would be or was done.
     */
    Timeline: {
      /** Entries */
      entries: components["schemas"]["TimelineEntry"][];
      evidence: components["schemas"]["Evidence"] | null;
      /** Id */
      id: string;
      links: components["schemas"]["Links"];
      /** More */
      more: boolean;
      /** Runs */
      runs: components["schemas"]["RunRow"][];
      /** Steps */
      steps: components["schemas"]["Step"][];
      /** Title */
      title: string;
      totals: components["schemas"]["Totals"];
    };
    /**
     * TimelineEntry
     * @description One line of the journal.
     *
     *     type: in few words; kind: the journal's own. offset_ms: since the first line. name: the tool, step or agent. by: who
     *     asked for it: workflow, an agent, an operator. outcome: of a tool call: ok, replayed (answered from the record:
     *     nothing was done again), or an error's code. code and reason: why policy said what it said; the reason is in French.
     *     is_effect: something outside was changed. arguments: as they are stored, redacted. ms: how long it took; waited_ms:
     *     for the model's lock. detail: all that the line says.
     */
    TimelineEntry: {
      /** Arguments */
      arguments: {
        [key: string]: unknown;
      } | null;
      /**
       * At
       * Format: date-time
       */
      at: string;
      /** By */
      by: string;
      /** Code */
      code: string;
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Id */
      id: number;
      /** Is Effect */
      is_effect: boolean;
      /** Kind */
      kind: string;
      /** Ms */
      ms: number | null;
      /** Name */
      name: string;
      /** Offset Ms */
      offset_ms: number;
      /** Outcome */
      outcome: string;
      /** Output Tokens */
      output_tokens: number | null;
      /** Prompt Tokens */
      prompt_tokens: number | null;
      /** Reason */
      reason: string;
      /** Run Id */
      run_id: string;
      type: components["schemas"]["EntryType"];
      /** Verdict */
      verdict: string;
      /** Waited Ms */
      waited_ms: number | null;
    };
    /**
     * Totals
     * @description What a whole journal cost and changed.
     */
    Totals: {
      /** Duration Ms */
      duration_ms: number;
      /** Effects */
      effects: number;
      /** Lines */
      lines: number;
      /** Model Calls */
      model_calls: number;
      /** Model Ms */
      model_ms: number;
      /** Output Tokens */
      output_tokens: number;
      /** Prompt Tokens */
      prompt_tokens: number;
      /** Tool Calls */
      tool_calls: number;
      /** Tool Ms */
      tool_ms: number;
    };
    /**
     * UnusablePage
     * @description Unusable deliveries, newest first. next: where the next page begins.
     */
    UnusablePage: {
      /** Deliveries */
      deliveries: components["schemas"]["UnusableRow"][];
      /** Next */
      next: string | null;
    };
    /**
     * UnusableRow
     * @description A delivery that could not be used.
     */
    UnusableRow: {
      /** Body */
      body: string;
      /** Id */
      id: number;
      /** Reason */
      reason: string;
      /**
       * Received At
       * Format: date-time
       */
      received_at: string;
      /** Source */
      source: string;
    };
    /** ValidationError */
    ValidationError: {
      /** Context */
      ctx?: Record<string, never>;
      /** Input */
      input?: unknown;
      /** Location */
      loc: (string | number)[];
      /** Message */
      msg: string;
      /** Error Type */
      type: string;
    };
    /**
     * Verdict
     * @description What policy says.
     * @enum {string}
     */
    Verdict: "go" | "ask" | "suggest" | "confirm" | "approve" | "refuse" | "leave";
    /**
     * Verified
     * @description How far the chain holds. ok: so far nothing is broken. next_after: go on from there; null at the end.
     *
     *     broken_at: the first line that does not fit, and reason. last_id and last_hash: the last line that does; compare
     *     them with the program's log (`act`) to see that nothing was cut off behind it.
     */
    Verified: {
      /** Broken At */
      broken_at: number | null;
      /** Checked */
      checked: number;
      /** Last Hash */
      last_hash: string;
      /** Last Id */
      last_id: number;
      /** Next After */
      next_after: number | null;
      /** Ok */
      ok: boolean;
      /** Reason */
      reason: string;
    };
    /**
     * WaiterNow
     * @description Somebody in line for the model. owner: executor:run:nonce. priority: 1 chat, 2 critical, 3 ticket, 4 batch.
     */
    WaiterNow: {
      /** Owner */
      owner: string;
      /** Priority */
      priority: number;
      /** Run */
      run: string;
      /**
       * Waiting Since
       * Format: date-time
       */
      waiting_since: string;
    };
    /**
     * WaysIn
     * @description How operators can sign in here.
     */
    WaysIn: {
      /** Oidc */
      oidc: boolean;
      /** Password */
      password: boolean;
    };
    /**
     * WhyNot
     * @description Why an operator's decision is not taken.
     * @enum {string}
     */
    WhyNot: "unknown" | "decided" | "expired" | "void" | "barred";
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  list_approvals: {
    parameters: {
      query?: {
        state?: "open" | "all";
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApprovalPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_approval: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        approval_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApprovalRow"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  decide_approval: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        approval_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Decision"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApprovalRow"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefusalBody"];
        };
      };
    };
  };
  search_audit: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
        kind?: string;
        subject?: string;
        actor?: string;
        text?: string;
        since?: string | null;
        until?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ActPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  export_audit: {
    parameters: {
      query?: {
        format?: "csv" | "json";
        kind?: string;
        subject?: string;
        actor?: string;
        text?: string;
        since?: string | null;
        until?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
          "text/csv": unknown;
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  verify_audit: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Verified"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  list_dead_letters: {
    parameters: {
      query?: {
        kind?: components["schemas"]["LetterKind"] | null;
        before?: string | null;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeadLetterPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_dead_letter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        kind: components["schemas"]["LetterKind"];
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeadLetterDetail"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  replay_dead_letter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        kind: components["schemas"]["LetterKind"];
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Replayed"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  list_unusable_deliveries: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UnusablePage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  watch_changes: {
    parameters: {
      query?: never;
      header?: {
        "Last-Event-ID"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": components["schemas"]["ChangeEvent"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  list_incidents: {
    parameters: {
      query?: {
        state?: "open" | "closed" | "all";
        site?: string | null;
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IncidentPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_incident: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
      };
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IncidentDetail"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_incident_markdown: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/markdown": unknown;
          "text/plain": string;
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  redeliver_incident: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Redelivered"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  replay_incident: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IncidentReplay"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  retry_incident: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IncidentRow"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_incident_timeline: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Timeline"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  search_journal: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
        kind?: string;
        subject?: string;
        actor?: string;
        text?: string;
        since?: string | null;
        until?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JournalPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  export_journal: {
    parameters: {
      query?: {
        format?: "csv" | "json";
        kind?: string;
        subject?: string;
        actor?: string;
        text?: string;
        since?: string | null;
        until?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
          "text/csv": unknown;
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_now: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Now"];
        };
      };
    };
  };
  export_api_people_export_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PersonAsked"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PersonTold"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  forget_api_people_forget_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PersonAsked"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PersonForgotten"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_policies: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Policies"];
        };
      };
    };
  };
  get_plan_modes: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        plan: components["schemas"]["Plan"];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PlanModes"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  list_requests: {
    parameters: {
      query?: {
        state?: "open" | "closed" | "all";
        ticket_id?: number | null;
        site?: string | null;
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RequestPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_request: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
      };
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RequestDetail"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_request_markdown: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/markdown": unknown;
          "text/plain": string;
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  redeliver_request: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Redelivered"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  replay_request: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RequestReplay"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  get_request_timeline: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Timeline"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  list_runs: {
    parameters: {
      query?: {
        state?: "running" | "done" | "waiting" | "failed" | "all";
        limit?: number;
        /** @description `next` of the page before */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RunPage"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_run_markdown: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/markdown": unknown;
          "text/plain": string;
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_run_timeline: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Timeline"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_run: {
    parameters: {
      query?: {
        /** @description the last line of the journal that was read */
        after?: number;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RunDetail"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  get_session: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignedIn"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  get_ways_in: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WaysIn"];
        };
      };
    };
  };
  sign_in: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SignIn"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignedIn"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignInProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignInProblemBody"];
        };
      };
    };
  };
  begin_oidc: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      303: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  finish_oidc: {
    parameters: {
      query?: {
        state?: string;
        code?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      303: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  sign_out: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  get_statistics: {
    parameters: {
      query?: {
        since?: string | null;
        until?: string | null;
        by?: components["schemas"]["By"];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Statistics"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  list_switches: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SwitchPage"];
        };
      };
    };
  };
  set_switch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        plan: components["schemas"]["Plan"] | "*";
        site: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SwitchChange"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SwitchRow"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
  healthz_healthz_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            [key: string]: string;
          };
        };
      };
    };
  };
  readyz_readyz_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
    };
  };
  redis_redis_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RedisCommand"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            [key: string]: string | boolean | null;
          };
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
}
