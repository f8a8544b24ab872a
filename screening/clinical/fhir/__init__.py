"""Questionnaire, answers and advice as FHIR R4 resources, which other systems read."""
