"""Jupyter's own conformance tests for kernels, over libzmq; run by test/notebook/jupyter.test.ts."""
import unittest

import jupyter_kernel_test


class HuntbookKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "huntbook"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "'abc'.toUp", "matches": {"toUpperCase"}},
        {"text": "%%k", "matches": {"%%kql"}},
    ]
    complete_code_samples = ["1", "const a = 3", "function f() {\n  return 1\n}", "!ls"]
    incomplete_code_samples = ["function f() {", "const a = [", "`abc"]
    invalid_code_samples = ["const a = ;"]
    code_generate_error = "throw new Error('no')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "await Promise.resolve('later')", "result": "'later'"},
    ]
    code_display_data = [{"code": "await display({ 'text/html': '<b>x</b>' }, { raw: true }); undefined", "mime": "text/html"}]
    code_inspect_sample = "Math.max"
    code_history_pattern = "6 ? 7*"
    supported_history_operations = ("tail", "range", "search")
    support_iopub_welcome = True
    code_clear_output = "clearOutput()"


if __name__ == "__main__":
    unittest.main()
