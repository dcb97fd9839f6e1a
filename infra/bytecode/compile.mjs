// node compile.mjs <directory>: writes the byte code of every Python file below the directory beside it.
//
// The files are "unchecked": Lambda sets every file's time to the same date, so a comparison with the source would fail.
// Prints the files that do not compile, and exits 1 if there are any.

import { loadPyodide } from "pyodide";

const python = await loadPyodide();
python.mountNodeFS("/source", process.argv[2]);
const failed = python.runPython(`
import pathlib
import py_compile

failed = []
for source in sorted(pathlib.Path("/source").rglob("*.py")):
    try:
        py_compile.compile(
            str(source), doraise=True, optimize=0, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
    except py_compile.PyCompileError as error:
        failed.append(f"{source}: {error.msg}")
"\\n".join(failed)
`);
if (failed) {
  console.error(failed);
  process.exitCode = 1;
}
