"""What GLPI tells about its tickets: webhooks (hints), polling (what webhooks lose), and whose work a change was."""

from shared.glpi_changes.cursor import ChangeCursor, TicketChange
from shared.glpi_changes.echo import KnownHistory, News, find_news, read_news
from shared.glpi_changes.hint import find_ticket_id
from shared.glpi_changes.reading import FetchPage, open_cursor, read_changes
from shared.glpi_changes.webhooks import Outcome, SignedWebhooks, TokenWebhooks, Verdict

__all__ = [
    "ChangeCursor",
    "FetchPage",
    "KnownHistory",
    "News",
    "Outcome",
    "SignedWebhooks",
    "TicketChange",
    "TokenWebhooks",
    "Verdict",
    "find_news",
    "find_ticket_id",
    "open_cursor",
    "read_changes",
    "read_news",
]
