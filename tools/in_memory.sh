#!/bin/sh
# sh tools/in_memory.sh COMMAND...: runs it with its temporary files in memory, where there is room
# and programs may run from: hundreds of indexes are written safely, and each waits for the disk.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${room:-0}" -gt 6000000 ] && folder=$(mktemp -d /dev/shm/craterbench.XXXXXX 2>/dev/null); then
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\n' > "$folder/try" && chmod +x "$folder/try"
  if "$folder/try" 2>/dev/null; then
    TMPDIR=$folder
    export TMPDIR
  fi
fi
"$@"
