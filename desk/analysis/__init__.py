"""What an employee writes, read by rules: category, urgency, what is missing. Pure: no I/O, no clock, no model."""

from desk.analysis.analyzer import analyze
from desk.analysis.hostile import gives_orders
from desk.analysis.models import Action, Category, Summary, Thresholds
from desk.analysis.symptoms import Symptom
from desk.analysis.texts import label_of

__all__ = ["Action", "Category", "Summary", "Symptom", "Thresholds", "analyze", "gives_orders", "label_of"]
