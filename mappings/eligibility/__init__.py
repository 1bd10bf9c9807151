"""Is it an SME? Rule sets of laws and programs over the golden values of a business.

Pure functions: facts are handed in with their sources, and an answer is yes, no or undetermined,
with what is missing. `law/` holds the rules as data.
"""

from mappings.eligibility.evidence import Line, name_of
from mappings.eligibility.facts import Facts, Shareholder
from mappings.eligibility.forms import possible_forms
from mappings.eligibility.missing import Missing
from mappings.eligibility.rules import RuleSet, on, rule_sets
from mappings.eligibility.values import Known, Span
from mappings.eligibility.verdict import Outcome, Verdict, assess, assess_all

__all__ = [
    "Facts",
    "Known",
    "Line",
    "Missing",
    "Outcome",
    "RuleSet",
    "Shareholder",
    "Span",
    "Verdict",
    "assess",
    "assess_all",
    "name_of",
    "on",
    "possible_forms",
    "rule_sets",
]
