// Made by "make types" from desk.json.
export interface paths {
  "/api/v1/about": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get About
     * @description How to sign in, whom to call, and what is away right now.
     */
    get: operations["get_about_api_v1_about_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/categories": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Categories
     * @description What a problem may be about.
     */
    get: operations["list_categories_api_v1_categories_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/feedback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give Feedback
     * @description Say whether it helped.
     */
    post: operations["give_feedback_api_v1_feedback_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/glpi/webhook/ticket-updated": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Challenge
     * @description Answer GLPI 11's question whether we know the secret.
     */
    get: operations["challenge_api_v1_glpi_webhook_ticket_updated_get"];
    put?: never;
    /**
     * Ticket Updated
     * @description Look at the ticket that the body is about; nothing else of it is believed.
     */
    post: operations["ticket_updated_api_v1_glpi_webhook_ticket_updated_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Me
     * @description Who I am.
     */
    get: operations["me_api_v1_me_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Enter Code
     * @description Sign in with the code.
     */
    post: operations["enter_code_api_v1_sign_in_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in/code": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Request Code
     * @description Have a code sent to one's own address, as the directory knows it.
     */
    post: operations["request_code_api_v1_sign_in_code_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in/oidc": {
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
    get: operations["begin_api_v1_sign_in_oidc_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in/oidc/callback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Finish
     * @description Back from the provider: signs in, and leads to the desk's own page.
     */
    get: operations["finish_api_v1_sign_in_oidc_callback_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in/proxy": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Enter By Header
     * @description Sign in as the person whom our proxy names in its header.
     */
    post: operations["enter_by_header_api_v1_sign_in_proxy_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-out": {
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
     * @description End this sign-in, wherever its token is.
     */
    post: operations["sign_out_api_v1_sign_out_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sync All
     * @description Look at all one's open tickets, in the background.
     */
    post: operations["sync_all_api_v1_sync_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tickets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Tickets
     * @description One's own tickets; a referent's, those of the establishment.
     */
    get: operations["list_tickets_api_v1_tickets_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tickets/{ticket_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Ticket
     * @description One ticket, as GLPI was last seen to have it.
     */
    get: operations["get_ticket_api_v1_tickets__ticket_id__get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change Ticket
     * @description Say that it is resolved, or how urgent it is.
     */
    patch: operations["change_ticket_api_v1_tickets__ticket_id__patch"];
    trace?: never;
  };
  "/api/v1/tickets/{ticket_id}/followups": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Add Followup
     * @description Write to the technicians.
     */
    post: operations["add_followup_api_v1_tickets__ticket_id__followups_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tickets/{ticket_id}/photos": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Add Photo
     * @description Send a photo to the technicians. The body is the file; what it is, its content says.
     */
    post: operations["add_photo_api_v1_tickets__ticket_id__photos_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tickets/{ticket_id}/sync": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sync Ticket
     * @description Look at GLPI now.
     */
    post: operations["sync_ticket_api_v1_tickets__ticket_id__sync_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/analyze": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Analyze
     * @description Understand a problem; the answer says what is next.
     */
    post: operations["analyze_api_v1_workflow_analyze_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/auto-validate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Auto Validate
     * @description Say yes or no to a summary that we are sure of. No lets the person pick.
     */
    post: operations["auto_validate_api_v1_workflow_auto_validate_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancel
     * @description Leave it.
     */
    post: operations["cancel_api_v1_workflow_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/clarify": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Clarify
     * @description Answer the questions.
     */
    post: operations["clarify_api_v1_workflow_clarify_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/confirm": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Confirm
     * @description Make the ticket, as proposed or corrected.
     */
    post: operations["confirm_api_v1_workflow_confirm_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workflow/{session_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Session
     * @description Where a conversation stands.
     */
    get: operations["get_session_api_v1_workflow__session_id__get"];
    put?: never;
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
  "/internal/identity/{glpi_ticket_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Identity
     * @description Who wrote which text of a GLPI ticket; empty for a ticket that is not the desk's.
     */
    get: operations["get_identity_internal_identity__glpi_ticket_id__get"];
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
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * About
     * @description The desk, for its page. answer_delays_h: a technician usually answers within so many hours, by priority.
     *
     *     glpi_is_down: tickets are kept and reach the technicians later. has_model: messages get a second look.
     */
    About: {
      /** Answer Delays H */
      answer_delays_h: {
        [key: string]: number;
      };
      /** Glpi Is Down */
      glpi_is_down: boolean;
      /** Has Codes */
      has_codes: boolean;
      /** Has Model */
      has_model: boolean;
      /** Has Oidc */
      has_oidc: boolean;
      /** Support Hours */
      support_hours: string;
      /** Support Phone */
      support_phone: string | null;
      /** Takes Anonymous */
      takes_anonymous: boolean;
    };
    /**
     * Action
     * @description What the desk does next: file the ticket, let the person pick or correct, or ask.
     * @enum {string}
     */
    Action: "auto_validate" | "confirm" | "clarify";
    /**
     * Analyzed
     * @description What we understood, and what is next.
     */
    Analyzed: {
      action: components["schemas"]["Action"];
      /**
       * Expires At
       * Format: date-time
       */
      expires_at: string;
      /** Session Id */
      session_id: string;
      summary: components["schemas"]["Summary"];
    };
    /**
     * Answer
     * @description What the person says to the questions.
     */
    Answer: {
      /** Answer */
      answer: string;
      /** Session Id */
      session_id: string;
    };
    /**
     * Category
     * @description One of GLPI's categories; name is its full path, `Parent > Child`.
     */
    Category: {
      /** Category Id */
      category_id: number;
      /** Name */
      name: string;
    };
    /**
     * CategoryList
     * @description GLPI's categories. seen_at: when GLPI last told them.
     */
    CategoryList: {
      /** Categories */
      categories: components["schemas"]["Category"][];
      /** Seen At */
      seen_at: string | null;
    };
    /**
     * CodeEntry
     * @description The code that came by mail; blanks do not count.
     */
    CodeEntry: {
      /** Challenge */
      challenge: string;
      /** Code */
      code: string;
    };
    /**
     * CodeRequest
     * @description Who wants to sign in.
     */
    CodeRequest: {
      /** Email */
      email: string;
    };
    /**
     * CodeRequested
     * @description The same answer for every address: it does not tell who exists.
     */
    CodeRequested: {
      /** Challenge */
      challenge: string;
      /** Expires In S */
      expires_in_s: number;
    };
    /**
     * Confirmation
     * @description The summary as it is, or what of it is corrected. refined: the one that /ws brought, not the first answer's.
     *
     *     symptoms: those of the summary's that are right; the others are taken out.
     */
    Confirmation: {
      /** Category Id */
      category_id?: number | null;
      /** Priority */
      priority?: number | null;
      /**
       * Refined
       * @default false
       */
      refined: boolean;
      /** Session Id */
      session_id: string;
      /** Symptoms */
      symptoms?: string[] | null;
      /** Title */
      title?: string | null;
    };
    /**
     * Entry
     * @description A public text on a ticket. is_cut: GLPI has more of it.
     */
    Entry: {
      /** At */
      at: string | null;
      /**
       * By
       * @enum {string}
       */
      by: "requester" | "technician";
      /** Entry Id */
      entry_id: number;
      /** Is Cut */
      is_cut: boolean;
      /**
       * Kind
       * @enum {string}
       */
      kind: "followup" | "task" | "solution";
      /** Text */
      text: string;
    };
    /**
     * Feedback
     * @description About one conversation of one's own.
     */
    Feedback: {
      /**
       * Comment
       * @default
       */
      comment: string;
      /** Is Helpful */
      is_helpful: boolean;
      /** Session Id */
      session_id: string;
    };
    /**
     * Identity
     * @description The texts of one ticket that signed-in people wrote; those of anybody else are not listed.
     */
    Identity: {
      /** Texts */
      texts: components["schemas"]["SignedText"][];
    };
    /**
     * Me
     * @description The signed-in person. seen_at: when the directory last told us who that is.
     */
    Me: {
      /** Display Name */
      display_name: string;
      /** Email */
      email: string;
      /** Is Referent */
      is_referent: boolean;
      method: components["schemas"]["Method"];
      /**
       * Seen At
       * Format: date-time
       */
      seen_at: string;
      /**
       * Signed In At
       * Format: date-time
       */
      signed_in_at: string;
      /** Site */
      site: string | null;
    };
    /**
     * MergedInto
     * @description The ticket that a technician merged this one into. ticket_id and number: ours, where the person sees it.
     */
    MergedInto: {
      /** Glpi Ticket Id */
      glpi_ticket_id: number;
      /** Number */
      number?: string | null;
      /** Ticket Id */
      ticket_id?: number | null;
    };
    /**
     * Method
     * @description How somebody signed in.
     * @enum {string}
     */
    Method: "code" | "oidc" | "header";
    /**
     * NewFollowup
     * @description What to add. reopen: the solution did not help.
     */
    NewFollowup: {
      /** Content */
      content: string;
      /**
       * Reopen
       * @default false
       */
      reopen: boolean;
    };
    /**
     * PhotoTaken
     * @description The photo as it goes to GLPI; size in bytes.
     */
    PhotoTaken: {
      /** Filename */
      filename: string;
      /** Height */
      height: number;
      /** Size */
      size: number;
      /** Width */
      width: number;
    };
    /**
     * ProblemBody
     * @description What every refusal looks like.
     */
    ProblemBody: {
      /** Detail */
      detail: {
        [key: string]: unknown;
      };
      /** Error */
      error: string;
      /** Message */
      message: string;
    };
    /**
     * Response
     * @description Yes or no to a summary that we are sure of.
     */
    Response: {
      /** Session Id */
      session_id: string;
      /** User Response */
      user_response: string;
    };
    /**
     * SessionState
     * @description What can still be done with one.
     * @enum {string}
     */
    SessionState: "open" | "used" | "cancelled";
    /**
     * SignedIn
     * @description A token for `Authorization: Bearer`; browsers get it as a cookie, too.
     */
    SignedIn: {
      /** Expires In S */
      expires_in_s: number;
      /** Token */
      token: string;
    };
    /**
     * SignedText
     * @description Who was signed in, since when and how, for one text that the desk wrote to GLPI.
     *
     *     sha256: of the text with every run of blanks as one, UTF-8, in hex. key: `description` or `followup:17`, GLPI's
     *     number; a followup that GLPI has just been given may not have its key yet.
     */
    SignedText: {
      /** Email */
      email: string;
      /** Key */
      key: string | null;
      method: components["schemas"]["Method"];
      /** Object Guid */
      object_guid: string;
      /** Sha256 */
      sha256: string;
      /**
       * Signed In At
       * Format: date-time
       */
      signed_in_at: string;
    };
    /**
     * Summary
     * @description What a message says, in the words of the desk.
     *
     *     category is None when nothing fits; with `confirm` the person then picks one. alternatives are other categories
     *     that the message speaks of, best first. questions are there with `clarify` only. priority is GLPI's, 5 when care is
     *     in danger or a whole site is stopped. The texts are French and never quote the message, but for codes of equipment.
     */
    Summary: {
      action: components["schemas"]["Action"];
      /** Alternatives */
      alternatives: components["schemas"]["Category"][];
      /** Category */
      category: string | null;
      /** Category Id */
      category_id: number | null;
      /** Confidence */
      confidence: number;
      /** Equipment */
      equipment: string | null;
      /** Is Account Request */
      is_account_request: boolean;
      /** Missing */
      missing: string[];
      /** Priority */
      priority: number;
      /** Questions */
      questions: string[];
      /** Several */
      several: boolean;
      /** Site */
      site: string | null;
      /** Symptoms */
      symptoms: string[];
      /** Title */
      title: string;
    };
    /**
     * Synced
     * @description How many tickets are being looked at again.
     */
    Synced: {
      /** Tickets */
      tickets: number;
    };
    /**
     * TicketChange
     * @description What to change of one's ticket.
     */
    TicketChange: {
      /** Priority */
      priority?: number | null;
      /** Status */
      status?: "resolved" | null;
    };
    /**
     * TicketDetail
     * @description One ticket with what the person may read of it. is_helpful: what was last said in /feedback on session_id.
     */
    TicketDetail: {
      /** Category */
      category: string | null;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Deleted At */
      deleted_at: string | null;
      /** Description */
      description: string;
      /** Email */
      email: string;
      /** Glpi Changed At */
      glpi_changed_at: string | null;
      /** Glpi Ticket Id */
      glpi_ticket_id: number | null;
      /** Id */
      id: number;
      /** Is Helpful */
      is_helpful: boolean | null;
      merged_into: components["schemas"]["MergedInto"] | null;
      /** Number */
      number: string;
      /** Priority */
      priority: number;
      /** Pulled At */
      pulled_at: string | null;
      /** Ready For L1 */
      ready_for_L1: boolean;
      /** Session Id */
      session_id: string;
      status: components["schemas"]["desk__fields__Status"];
      /** Synced To Glpi */
      synced_to_glpi: boolean;
      /** Technicians */
      technicians: string[];
      /** Timeline */
      timeline: components["schemas"]["Entry"][];
      /** Title */
      title: string;
      /** Unread */
      unread: components["schemas"]["Unread"][];
    };
    /**
     * TicketPage
     * @description Newest first; next_before asks for the page after this one.
     */
    TicketPage: {
      /** Next Before */
      next_before: number | null;
      /** Tickets */
      tickets: components["schemas"]["TicketRow"][];
    };
    /**
     * TicketRow
     * @description One ticket in a list. pulled_at: when GLPI was last read; deleted_at: it is gone from GLPI.
     */
    TicketRow: {
      /** Category */
      category: string | null;
      /**
       * Created At
       * Format: date-time
       */
      created_at: string;
      /** Deleted At */
      deleted_at: string | null;
      /** Email */
      email: string;
      /** Glpi Changed At */
      glpi_changed_at: string | null;
      /** Glpi Ticket Id */
      glpi_ticket_id: number | null;
      /** Id */
      id: number;
      /** Number */
      number: string;
      /** Priority */
      priority: number;
      /** Pulled At */
      pulled_at: string | null;
      status: components["schemas"]["desk__fields__Status"];
      /** Technicians */
      technicians: string[];
      /** Title */
      title: string;
    };
    /**
     * Ticketed
     * @description A ticket that was made.
     */
    Ticketed: {
      /** Glpi Ticket Id */
      glpi_ticket_id: number | null;
      /** Message */
      message: string;
      /** Ready For L1 */
      ready_for_L1: boolean;
      /** Synced To Glpi */
      synced_to_glpi: boolean;
      /** Ticket Id */
      ticket_id: number;
      /** Ticket Number */
      ticket_number: string;
    };
    /**
     * ToAnalyze
     * @description A problem in the person's own words. user_email is the signed-in person's.
     */
    ToAnalyze: {
      /** Message */
      message: string;
      /** User Email */
      user_email: string;
    };
    /**
     * ToCancel
     * @description Which conversation is over.
     */
    ToCancel: {
      /** Session Id */
      session_id: string;
    };
    /**
     * Unread
     * @description What people at the desk added and GLPI was not yet seen to have. text: a photo's is its file's name.
     */
    Unread: {
      /**
       * At
       * Format: date-time
       */
      at: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: "followup" | "photo";
      /** Text */
      text: string;
    };
    /**
     * Status
     * @description A session as it stands; with what the model added, and with its ticket once it is used.
     */
    desk__api__workflow__Status: {
      action: components["schemas"]["Action"];
      /**
       * Expires At
       * Format: date-time
       */
      expires_at: string;
      refined?: components["schemas"]["Summary"] | null;
      /** Session Id */
      session_id: string;
      state: components["schemas"]["SessionState"];
      summary: components["schemas"]["Summary"];
      /** Ticket Id */
      ticket_id?: number | null;
      /** Ticket Number */
      ticket_number?: string | null;
    };
    /**
     * Status
     * @description A ticket's state in the words of the desk's API.
     * @enum {string}
     */
    desk__fields__Status: "new" | "in_progress" | "planned" | "pending" | "resolved" | "closed";
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  get_about_api_v1_about_get: {
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
          "application/json": components["schemas"]["About"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  list_categories_api_v1_categories_get: {
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
          "application/json": components["schemas"]["CategoryList"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  give_feedback_api_v1_feedback_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Feedback"];
      };
    };
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  challenge_api_v1_glpi_webhook_ticket_updated_get: {
    parameters: {
      query?: {
        crc_token?: string;
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
        };
      };
      /** @description not GLPI's challenge */
      403: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  ticket_updated_api_v1_glpi_webhook_ticket_updated_post: {
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
      /** @description not GLPI */
      401: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  me_api_v1_me_get: {
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
          "application/json": components["schemas"]["Me"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  enter_code_api_v1_sign_in_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CodeEntry"];
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
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  request_code_api_v1_sign_in_code_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CodeRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CodeRequested"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  begin_api_v1_sign_in_oidc_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description on; or to `/?signin=failed&reason=` with one of `refused`, `expired`, `invalid`, `unknown_account`, `away`, `too_many`, `not_offered` */
      303: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  finish_api_v1_sign_in_oidc_callback_get: {
    parameters: {
      query?: {
        state?: string;
        code?: string;
        error?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description on; or to `/?signin=failed&reason=` with one of `refused`, `expired`, `invalid`, `unknown_account`, `away`, `too_many`, `not_offered` */
      303: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  enter_by_header_api_v1_sign_in_proxy_post: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  sign_out_api_v1_sign_out_post: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  sync_all_api_v1_sync_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
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
          "application/json": components["schemas"]["Synced"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  list_tickets_api_v1_tickets_get: {
    parameters: {
      query?: {
        before?: number | null;
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
          "application/json": components["schemas"]["TicketPage"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  get_ticket_api_v1_tickets__ticket_id__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ticket_id: number;
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
          "application/json": components["schemas"]["TicketDetail"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  change_ticket_api_v1_tickets__ticket_id__patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ticket_id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TicketChange"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TicketDetail"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  add_followup_api_v1_tickets__ticket_id__followups_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ticket_id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewFollowup"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TicketDetail"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  add_photo_api_v1_tickets__ticket_id__photos_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ticket_id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "image/jpeg": string;
        "image/png": string;
        "image/webp": string;
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PhotoTaken"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Request Entity Too Large */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unsupported Media Type */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  sync_ticket_api_v1_tickets__ticket_id__sync_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ticket_id: number;
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
          "application/json": components["schemas"]["TicketDetail"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  analyze_api_v1_workflow_analyze_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ToAnalyze"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Analyzed"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  auto_validate_api_v1_workflow_auto_validate_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Response"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ticketed"] | components["schemas"]["Analyzed"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  cancel_api_v1_workflow_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ToCancel"];
      };
    };
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  clarify_api_v1_workflow_clarify_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Answer"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Analyzed"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  confirm_api_v1_workflow_confirm_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Confirmation"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ticketed"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  get_session_api_v1_workflow__session_id__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        session_id: string;
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
          "application/json": components["schemas"]["desk__api__workflow__Status"];
        };
      };
      /** @description Unauthorized */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Forbidden */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Not Found */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Conflict */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Gone */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
      /** @description Too Many Requests */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
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
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
  get_identity_internal_identity__glpi_ticket_id__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        glpi_ticket_id: number;
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
          "application/json": components["schemas"]["Identity"];
        };
      };
      /** @description wrong or missing token */
      401: {
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
        content: {
          "application/json": components["schemas"]["ProblemBody"];
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
      /** @description Unprocessable Entity */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProblemBody"];
        };
      };
    };
  };
}
