"""A million vacancies in the service: start, first answer, lists, memory, and a kill."""
