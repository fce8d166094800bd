# `just` lists what there is.  Each recipe is a line you can also type yourself.

_default:
    @just --list

# start the server with a small village to look at
run *arguments:
    ./run serve --demo {{ arguments }}

# all the tests, or those you name
test *arguments:
    ./run test {{ arguments }}

# the tests of what you work on, on SQLite alone
try *arguments:
    TEST_DATABASES=sqlite ./run test -x {{ arguments }}

# format, lint, types, contracts
check:
    ./run check

# let ruff put everything in form
format:
    .venv/bin/ruff format .
    .venv/bin/ruff check --fix .

# take the pictures of the README anew; needs Chromium
pictures *arguments:
    .venv/bin/python -m tests.pictures {{ arguments }}

# how fast it is, as a ratio to a bare route on the same server
bench *arguments:
    .venv/bin/python -m bench {{ arguments }}

# what reading costs with 10,000, 100,000 and 1,000,000 posts
bench-large *arguments:
    .venv/bin/python -m bench.large {{ arguments }}

# write the page of supported routes anew
compatibility:
    .venv/bin/python -m tests.compatibility

# write the description of the API anew, for programs
openapi:
    .venv/bin/python -m tests.description

# write new sentences of the source into the translations
messages:
    .venv/bin/python -m tests.messages

# call everything that is documented on a server of its own, and say what is missing (--postgresql)
conformance *arguments:
    .venv/bin/python -m tests.live.conformance {{ arguments }}

# call everything with what it should not be called with (--calls 50000 --seed 1 --postgresql)
fuzz *arguments:
    .venv/bin/python -m tests.fuzz {{ arguments }}

# pin what we depend on anew; needs uv (add --upgrade for newer versions)
lock *arguments:
    uv pip compile pyproject.toml requirements-build.in --extra dev --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header --no-annotate -q {{ arguments }} -o requirements-dev.lock
    uv pip compile pyproject.toml requirements-build.in --extra postgresql --extra s3 --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements-dev.lock {{ arguments }} -o requirements.lock
