"""What pages call the values that several of them show: one word for one thing, everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from matching.model.adjustment import Importance, Offer
from matching.model.fact import FactSource
from matching.model.finding import Aspect
from matching.model.people import (
    Communication,
    ConsentChoice,
    ConsentItem,
    ConsentMethod,
    ParticipantRoute,
    ParticipantStatus,
    Role,
    StatementSource,
    SupportModel,
)
from matching.model.placement import (
    ContactMode,
    EarningsSource,
    LeavingReason,
    OutcomeKind,
    OutcomeState,
    TasterKind,
    WhoSays,
)
from matching.model.profile import DrivingLicence, GoalStatus, TravelModeName, Welcome
from matching.model.sensory import SensoryDimension
from matching.model.shortlist import Band, Choice, DecisionReason
from matching.model.vacancy import Contract, VacancySource, VacancyStatus, Visibility
from matching.model.work import Day
from matching.taxonomy import AdjustmentGroup

#: Every label by its value; a value of two kinds has the words of its own kind.
LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    AdjustmentGroup: {
        AdjustmentGroup.TIME: "Time and hours",
        AdjustmentGroup.BREAKS: "Breaks",
        AdjustmentGroup.PLACE: "The place of work",
        AdjustmentGroup.SENSORY: "Noise, light and other senses",
        AdjustmentGroup.COMMUNICATION: "How people talk and write",
        AdjustmentGroup.TASK_DESIGN: "The tasks",
        AdjustmentGroup.SUPERVISION: "Support from a manager",
        AdjustmentGroup.TRAINING: "Learning the job",
        AdjustmentGroup.EQUIPMENT: "Tools and equipment",
        AdjustmentGroup.BUILDING: "The building",
        AdjustmentGroup.TRAVEL_AND_RECRUITMENT: "Travel and applying",
        AdjustmentGroup.POLICY: "Rules at work",
    },
    Aspect: {
        Aspect.PREFERENCES: "What they want",
        Aspect.SKILLS: "What they can do",
        Aspect.HOURS: "Hours",
        Aspect.AVAILABILITY: "Days and times",
        Aspect.SHIFT: "Shifts",
        Aspect.ADJUSTMENTS: "Adjustments",
        Aspect.SENSORY: "The place and the senses",
        Aspect.TRAVEL: "Getting there",
        Aspect.PAY: "Pay",
        Aspect.PHYSICAL: "Lifting, standing and walking",
        Aspect.REQUIREMENTS: "What the job asks for",
        Aspect.EXCLUSIONS: "What the person ruled out",
        Aspect.REFUSED_WORK: "Work they do not want",
        Aspect.EMPLOYER: "The employer",
        Aspect.EVIDENCE: "How well we know it",
        Aspect.LASTING: "How long such jobs last",
    },
    Band: {Band.FITS_WHAT_WE_KNOW: "Fits what we know", Band.ASK_FIRST: "Ask first"},
    Choice: {
        Choice.PUT_FORWARD: "Put forward",
        Choice.TALK_ABOUT_IT: "Talk about it",
        Choice.NOT_NOW: "Not now",
        Choice.NOT_WANTED: "Not wanted",
    },
    Communication: {
        Communication.PLAIN_TEXT: "Plain words",
        Communication.EASY_READ: "Easy read",
        Communication.BSL: "British Sign Language",
        Communication.AUDIO: "Sound recording",
        Communication.LARGE_PRINT: "Large print",
        Communication.INTERPRETER: "An interpreter",
        Communication.AAC: "A talking aid (AAC)",
    },
    ConsentChoice: {ConsentChoice.YES: "Yes, tell them", ConsentChoice.NO: "No, tell them nothing"},
    ConsentItem: {
        ConsentItem.NAME: "Their name",
        ConsentItem.ADJUSTMENTS: "Adjustments they need",
        ConsentItem.SENSORY: "What their senses need",
        ConsentItem.HOURS: "Hours they want",
        ConsentItem.AVAILABILITY: "Days and times they can work",
        ConsentItem.TRAVEL: "How they travel",
        ConsentItem.PHYSICAL: "Lifting, standing and walking",
        ConsentItem.STRENGTHS: "Their strengths",
        ConsentItem.WORK_HISTORY: "Jobs they have had",
    },
    ConsentMethod: {
        ConsentMethod.IN_PERSON: "In person",
        ConsentMethod.PHONE: "By phone",
        ConsentMethod.WRITTEN: "In writing",
        ConsentMethod.SUPPORTED: "With somebody's support",
    },
    ContactMode: {
        ContactMode.VISIT: "Visit",
        ContactMode.PHONE: "Phone call",
        ContactMode.VIDEO: "Video call",
        ContactMode.EMAIL: "Email",
        ContactMode.EVENT: "Event",
    },
    Contract: {
        Contract.PERMANENT: "Permanent",
        Contract.FIXED_TERM: "Fixed term",
        Contract.TEMPORARY: "Temporary",
        Contract.SEASONAL: "Seasonal",
        Contract.ZERO_HOURS: "Zero hours",
        Contract.APPRENTICESHIP: "Apprenticeship",
    },
    Day: {
        Day.MON: "Monday",
        Day.TUE: "Tuesday",
        Day.WED: "Wednesday",
        Day.THU: "Thursday",
        Day.FRI: "Friday",
        Day.SAT: "Saturday",
        Day.SUN: "Sunday",
    },
    DecisionReason: {
        DecisionReason.FITS_WISH: "It is what they wish for",
        DecisionReason.NOT_WANTED: "They do not want it",
        DecisionReason.TRIED_BEFORE: "Tried before",
        DecisionReason.TOO_FAR: "Too far",
        DecisionReason.HOURS: "The hours",
        DecisionReason.PAY: "The pay",
        DecisionReason.TASKS: "The tasks",
        DecisionReason.ENVIRONMENT: "The place of work",
        DecisionReason.PEOPLE: "The people there",
        DecisionReason.ADJUSTMENT_REFUSED: "The employer refused an adjustment",
        DecisionReason.EMPLOYER_HISTORY: "What we know of the employer",
        DecisionReason.SAFETY: "Safety",
        DecisionReason.BENEFITS: "Benefits",
        DecisionReason.STALE: "The role is out of date",
        DecisionReason.DUPLICATE: "The same role twice",
        DecisionReason.CONFIDENTIAL: "It was told in trust",
        DecisionReason.OTHER: "Another reason",
    },
    DrivingLicence: {
        DrivingLicence.NONE: "No licence",
        DrivingLicence.PROVISIONAL: "Provisional licence",
        DrivingLicence.FULL_MANUAL: "Full licence",
        DrivingLicence.FULL_AUTO: "Full licence, automatic cars only",
    },
    EarningsSource: {
        EarningsSource.PAYE: "Tax records (PAYE)",
        EarningsSource.PAYSLIP: "A payslip",
        EarningsSource.SELF_EMPLOYMENT: "Own accounts or invoices",
    },
    FactSource: {
        FactSource.VISIT: "Seen on a visit",
        FactSource.PHONE: "Told by phone",
        FactSource.EMAIL: "Told by email",
        FactSource.PHOTO: "Seen on a photo",
        FactSource.ADVERT: "Read in an advert",
        FactSource.OCCUPATION_PRIOR: "Usual for this kind of job",
    },
    GoalStatus: {
        GoalStatus.EXPLORING: "Still exploring",
        GoalStatus.SOME_IDEAS: "Some ideas",
        GoalStatus.FIRM: "Sure",
    },
    Importance: {
        Importance.ESSENTIAL: "They cannot do without it",
        Importance.IMPORTANT: "It makes a big difference",
        Importance.HELPFUL: "It helps",
    },
    Offer: {
        Offer.YES: "Yes, they offer it",
        Offer.MAYBE: "Maybe",
        Offer.NO: "No",
    },
    LeavingReason: {
        LeavingReason.BETTER_JOB: "Left for a better job",
        LeavingReason.PLANNED_MOVE: "Moved on as planned",
        LeavingReason.TEMP_ENDED: "The job was for a time only",
        LeavingReason.REDUNDANCY: "The post was cut",
        LeavingReason.HOURS_CHANGED_BY_EMPLOYER: "The employer changed the hours",
        LeavingReason.DISMISSED_CONDUCT: "Dismissed over conduct",
        LeavingReason.DISMISSED_PERFORMANCE: "Dismissed over how the job was done",
        LeavingReason.QUIT_DISSATISFIED: "Left, not content",
        LeavingReason.QUIT_TASKS: "Left over the tasks",
        LeavingReason.QUIT_ENVIRONMENT_SENSORY: "Left over noise, light or the place",
        LeavingReason.QUIT_PEOPLE: "Left over people there",
        LeavingReason.QUIT_TRAVEL: "Left over the journey",
        LeavingReason.QUIT_HOURS: "Left over the hours",
        LeavingReason.QUIT_PAY_OR_BENEFITS: "Left over pay or benefits",
        LeavingReason.QUIT_ADJUSTMENT_MISSING: "An adjustment was missing",
        LeavingReason.HEALTH_PHYSICAL: "Physical health",
        LeavingReason.HEALTH_MENTAL: "Mental health",
        LeavingReason.RELAPSE_RECOVERY: "Relapse or recovery",
        LeavingReason.CARING: "Caring for somebody",
        LeavingReason.HOUSING_MOVE: "Moved home",
        LeavingReason.SAFETY: "Safety",
        LeavingReason.MOVED_TO_EDUCATION: "Moved to learning",
        LeavingReason.RETIRED: "Retired",
        LeavingReason.DIED: "Died",
        LeavingReason.UNKNOWN: "Not known",
    },
    OutcomeKind: {
        OutcomeKind.JOB_START: "Job started",
        OutcomeKind.SAME_JOB_13_WEEKS: "13 weeks in the same job",
        OutcomeKind.SAME_JOB_26_WEEKS: "26 weeks in the same job",
        OutcomeKind.ANY_JOB_26_WEEKS: "26 weeks in any job",
        OutcomeKind.LOWER_THRESHOLD: "Lower pay threshold",
        OutcomeKind.HIGHER_THRESHOLD: "Higher pay threshold",
    },
    OutcomeState: {
        OutcomeState.REACHED: "Reached",
        OutcomeState.NOT_YET: "Not yet",
        OutcomeState.NOT_REACHED: "Not reached",
        OutcomeState.CANNOT_SAY: "We cannot say",
    },
    ParticipantRoute: {
        ParticipantRoute.OUT_OF_WORK: "Out of work when they joined",
        ParticipantRoute.IN_WORK_RETENTION: "In work, and wants to keep it",
    },
    ParticipantStatus: {
        ParticipantStatus.ACTIVE: "Supported now",
        ParticipantStatus.PAUSED: "Paused",
        ParticipantStatus.LEFT: "Left",
        ParticipantStatus.ERASED: "Erased",
    },
    Role: {
        Role.EMPLOYMENT_SPECIALIST: "Employment Specialist",
        Role.EMPLOYER_ENGAGEMENT: "Employer engagement",
        Role.TEAM_LEADER: "Team leader",
        Role.EVALUATOR: "Evaluator",
        Role.ADMINISTRATOR: "Administrator",
        Role.AUDITOR: "Auditor",
    },
    SensoryDimension: {
        SensoryDimension.NOISE: "Noise",
        SensoryDimension.LIGHTING: "Light",
        SensoryDimension.CROWDING: "People close by",
        SensoryDimension.SMELL: "Smells",
        SensoryDimension.TEMPERATURE: "Heat and cold",
        SensoryDimension.TOUCH: "Touch, wet and dirt",
        SensoryDimension.MOVEMENT: "Shaking and moving floors",
        SensoryDimension.VISUAL_CLUTTER: "Things to look at",
        SensoryDimension.UNPREDICTABILITY: "Sudden changes",
        SensoryDimension.SOCIAL_DEMAND: "Talking with people",
    },
    StatementSource: {
        StatementSource.PARTICIPANT: "The person said so",
        StatementSource.SPECIALIST: "Their specialist",
        StatementSource.SUPPORTER: "Somebody who supports them",
        StatementSource.JOB_END: "Learnt when a job ended",
        StatementSource.IMPORT: "From another system",
    },
    SupportModel: {
        SupportModel.IPS: "Individual Placement and Support (IPS)",
        SupportModel.SEQF: "Supported employment, by SEQF",
    },
    TasterKind: {
        TasterKind.JOB_TASTER: "Job taster",
        TasterKind.WORKING_INTERVIEW: "Working interview",
    },
    TravelModeName: {
        TravelModeName.WALK: "On foot",
        TravelModeName.WHEELCHAIR: "By wheelchair",
        TravelModeName.CYCLE: "By bicycle",
        TravelModeName.BUS: "By bus",
        TravelModeName.TRAIN: "By train",
        TravelModeName.CAR_DRIVER: "Driving",
        TravelModeName.CAR_PASSENGER: "As a passenger in a car",
        TravelModeName.TAXI_ATW: "By taxi",
        TravelModeName.WORKS_TRANSPORT: "By works transport",
    },
    VacancySource: {
        VacancySource.ADVERTISED: "Advertised",
        VacancySource.UNADVERTISED: "Not advertised",
        VacancySource.CARVED: "Made of tasks",
    },
    VacancyStatus: {
        VacancyStatus.OPEN: "Open",
        VacancyStatus.PAUSED: "Paused",
        VacancyStatus.FILLED: "Filled",
        VacancyStatus.CLOSED: "Closed",
    },
    Visibility: {
        Visibility.OWN_CASELOAD: "Only me",
        Visibility.TEAM: "My team",
        Visibility.ORGANISATION: "Everybody here",
    },
    Welcome: {
        Welcome.YES: "Yes",
        Welcome.IF_NEEDED: "Only if needed",
        Welcome.NO: "No",
    },
    WhoSays: {
        WhoSays.PARTICIPANT: "The person",
        WhoSays.SPECIALIST: "Their specialist",
        WhoSays.EMPLOYER: "The employer",
    },
}


def label(value: StrEnum) -> str:
    """What pages call a value."""
    return LABELS[type(value)][value]


def labelled(kind: type[StrEnum], value: str | None) -> str:
    """What pages call a value that is stored as text; its own words if it is none of ours."""
    try:
        return LABELS[kind][kind(value or "")]
    except ValueError:
        return str(value or "Not known yet").replace("_", " ")


def options(kind: type[StrEnum], *, without: tuple[StrEnum, ...] = ()) -> list[tuple[str, str]]:
    """The values of a kind with their words, as choices of a form."""
    return [(value.value, text) for value, text in LABELS[kind].items() if value not in without]
