"""What is kept of cases, exposures, contacts and links (病例、接触史、密接、传播关系)."""

from lianfang.capabilities.cases.models.cases import CLASS_NAMES, OUTCOMES, Case, CaseTest, ClassificationStep, Link
from lianfang.capabilities.cases.models.contacts import (
    CONTACT_STATES,
    DECISIONS,
    GRADE_NAMES,
    KIND_NAMES,
    VISIT_OUTCOMES,
    Contact,
    ContactVisit,
    Exposure,
)

__all__ = [
    "CLASS_NAMES",
    "CONTACT_STATES",
    "DECISIONS",
    "GRADE_NAMES",
    "KIND_NAMES",
    "OUTCOMES",
    "VISIT_OUTCOMES",
    "Case",
    "CaseTest",
    "ClassificationStep",
    "Contact",
    "ContactVisit",
    "Exposure",
    "Link",
]
