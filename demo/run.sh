#!/usr/bin/env bash
# Adds sample pictures to a scratch library in demo-library/ and finds them again, showing every command
# as you would type it. `make demo` runs it; so does `bash demo/run.sh` in an activated environment.
# DEMO_LIBRARY names another folder than demo-library; whatever is there is removed first.
set -euo pipefail
cd "$(dirname "$0")/.."

library=${DEMO_LIBRARY:-demo-library}
if [ -e "$library" ] && [ ! -e "$library/samples/notes.txt" ]; then
    echo "$library is there and was not made by this demonstration: remove it yourself" >&2
    exit 1
fi
rm -rf "$library"
python demo/make_samples.py "$library/samples"
cd "$library"

# Only the two settings given here count: none of the environment, and this folder has no .env.
unset "${!DAM_@}" DATABASE_URL
export DATABASE_URL=sqlite:///./dam.db
export DAM_STORE=./dam-store
# Answers and remarks in the order they are made, though no terminal asks for them.
export PYTHONUNBUFFERED=1

here=$PWD/

say() {
    printf '\n# %s\n' "$@"
}

# Shows a command and runs it, with the paths in its answer relative to this folder.
run() {
    printf '$ %s\n' "$*"
    "$@" 2>&1 | while IFS= read -r line; do printf '%s\n' "${line//"$here"/}"; done
}

say "A library is a database and a store. This one is a SQLite file and a folder."
run dam-cli setup-db

say "Add a folder. The same picture lies there twice, under two names: that is one asset."
run dam-cli add-asset --recursive samples

say "Which asset has this SHA-256, and where does it lie?"
sha256=$(sha256sum samples/lake.jpg | cut -d ' ' -f 1)
run dam-cli find-file-by-hash "$sha256"

say "What looks like this picture? The copy that was made smaller and compressed again." \
    "The distances are in bits: 0 to 64, and 0 to 256 for PDQ."
run dam-cli find-similar-images samples/lake.jpg

say "Everything known about that copy: its components, and how the systems that make them ended."
run dam-cli show samples/web/lake-small.jpg

say "The assets that have a perceptual hash: all pictures, and not the text."
run dam-cli query --has ImagePHash

say "Give a picture back. Its bytes are verified on the way, so its SHA-256 is the one asked for."
run dam-cli get "$sha256" --output lake-again.jpg
run sha256sum lake-again.jpg

say "Adding the folder again finds nothing new."
run dam-cli add-asset --recursive samples

say "How the library stands."
run dam-cli status

printf '\nThe library stays in %s. Go on with it:\n\n' "$library"
printf '    %s\n' '. .venv/bin/activate' "cd $library" 'dam-cli --help'
