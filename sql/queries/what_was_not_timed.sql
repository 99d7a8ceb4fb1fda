-- What could not be timed, and why? Cells without a figure, run by run, and the gate they failed where one did.
select
    cells.run,
    cells.machine,
    cells.status,
    cells.workload,
    cells.phase,
    cells.stack,
    cells.reason
from marts.benchmark_cells as cells
where cells.status <> 'ok'
order by cells.measured_on desc, cells.run, cells.status, cells.workload, cells.stack, cells.phase
