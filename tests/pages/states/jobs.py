"""States of the pages on jobs that were started."""

from tests.pages.states import State

STATES = [
    State(name="jobs, none", path="/participants/{participant_id:new}/jobs"),
    State(name="jobs", path="/participants/{participant_id}/jobs"),
    State(name="job start", path="/participants/{participant_id}/jobs/new"),
    State(
        name="job start refused",
        path="/participants/{participant_id}/jobs/new",
        typed={"job": "other", "employer": "Nobody of this name", "hours_week": "many", "started_on-day": "31"},
    ),
    State(
        name="job start, which employer",
        path="/participants/{participant_id}/jobs/new",
        typed={"job": "other", "employer": "Haz", "job_title": "Baker", "started_on-day": "1"},
    ),
    State(name="job", path="/jobs/{placement_id}"),
    State(name="job that ended", path="/jobs/{placement_id:ended}"),
    State(name="job as its leader sees it", path="/jobs/{placement_id}", who="lee"),
    State(name="job to correct", path="/jobs/{placement_id}/change"),
    State(name="job corrected meanwhile", path="/jobs/{placement_id}/change", typed={"version": "0"}, status=412),
    State(name="job to end", path="/jobs/{placement_id}/end"),
    State(name="job to end refused", path="/jobs/{placement_id}/end", typed={"ended_on-day": "5"}),
    State(name="check-in to add", path="/jobs/{placement_id}/check-ins/new"),
    State(name="check-in refused", path="/jobs/{placement_id}/check-ins/new", typed={"on-day": "", "on-month": "40"}),
    State(name="check-in to correct", path="/jobs/{placement_id}/check-ins/{check_in_id}"),
    State(name="pay to add", path="/jobs/{placement_id}/pay/new"),
    State(name="pay refused", path="/jobs/{placement_id}/pay/new", typed={"gross": "a lot"}),
    State(name="pay to correct", path="/jobs/{placement_id}/pay/{earnings_id}"),
]
