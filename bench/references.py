"""What our figures are put beside."""

from __future__ import annotations

# n8n 2.40, measured on the same two-core machine.
N8N_WEBHOOK_MS = 13.3
N8N_WEBHOOK_50_CLIENTS_PER_S = 83.0
N8N_REDIS_MS = 15.0
"""The helper as a workflow behind a webhook took 15 to 31 ms: we compare with its best."""
N8N_RUN_MS = 204.0
N8N_RULES_MS = 37.0
N8N_RULES_PER_S = 31.0
"""Without a model: webhook, one look at the port, ticket, mail."""
N8N_RUN_CPU_MS = 229.0
N8N_RUNS_PER_S = 5.4
N8N_MCP_SSE_MS = 8.8
N8N_MCP_SSE_PER_S = 150.0
N8N_START_S = 6.4
N8N_IDLE_MB = 510.0
N8N_LOADED_MB = 1660.0

# The brief's own limits.
LIMIT_LOCK_MS = 5.0
LIMIT_REDIS_MS = 20.0
LIMIT_AD_READ_MS = 10.0
LIMIT_AD_RESET_MS = 150.0
LIMIT_RUN_MS = 60_000.0
LIMIT_SENTINEL_MS = 45_000.0
LIMIT_NOTIFIER_MS = 15_000.0
LIMIT_ANALYZE_MS = 100.0
LIMIT_LIST_MS = 50.0
LIMIT_NEWS_MS = 2000.0
LIMIT_FIRST_LOAD_KB = 250.0
LIMIT_INTERACTIVE_MS = 3000.0
