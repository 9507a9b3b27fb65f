"""How `deno task notebooks:run` has nbconvert execute a notebook."""

import asyncio
import sys
from queue import Empty

from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbclient.util import ensure_async
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat.v4 import new_output

SECONDS_AFTER_IDLE = 0.5

read_until_idle = NotebookClient._async_poll_output_msg


async def read_on(self, parent_msg_id, cell, cell_index):
    """The Deno kernel says "idle" up to a millisecond before its last output, where nbclient stops listening."""
    await read_until_idle(self, parent_msg_id, cell, cell_index)
    clock = asyncio.get_running_loop().time
    end = clock() + SECONDS_AFTER_IDLE
    while (left := end - clock()) > 0:
        try:
            message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=left))
        except Empty:
            return
        if message["parent_header"].get("msg_id") == parent_msg_id:
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                pass


NotebookClient._async_poll_output_msg = read_on

execute = ExecutePreprocessor.preprocess_cell


def execute_until_error(self, cell, resources, index):
    """Announces cells; none is executed after one that failed, but what was shown until then is kept."""
    failed = getattr(self, "failed", False)
    if cell.cell_type != "code" or failed:
        return cell, resources
    print(f"bullwhip: cell {index}", file=sys.stderr, flush=True)
    cell, resources = execute(self, cell, resources, index)
    self.failed = any(output.output_type == "error" for output in cell.outputs)
    return cell, resources


ExecutePreprocessor.preprocess_cell = execute_until_error



def keep_error(cell, execute_reply, **_):
    """The Deno kernel says of code that does not parse that it failed, and shows nothing."""
    if not any(output.output_type == "error" for output in cell.outputs):
        reply = execute_reply["content"]
        evalue = f"{reply['evalue']} (it does not parse, or was stopped)"
        cell.outputs.append(new_output("error", ename=reply["ename"], evalue=evalue, traceback=[evalue]))


c = get_config()  # noqa: F821
c.ExecutePreprocessor.allow_errors = True
c.ExecutePreprocessor.on_cell_error = keep_error
c.ExecutePreprocessor.shutdown_kernel = "immediate"
