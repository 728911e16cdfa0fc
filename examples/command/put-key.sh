#!/bin/sh
# Keeps an access key in a file of two lines, NAME=VALUE, for `--deliver 'command=…/put-key.sh …/{user}.env'`.
# Copy it to where only root or you can write, and change the parts that read and write the place.
# One document comes in on stdin, one goes out on stdout: docs/destinations/command.md.
set -eu
umask 077

place=$1
order=$(cat)

# A value of the order. None of the values that are read here can have a quote in it.
value() {
  printf '%s' "$order" | sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'
}

refuse() {
  printf '{"protocol":1,"ok":false,"code":"%s","message":"%s"}\n' "$1" "$2"
  exit 0
}

held() {
  sed -n 's/^AWS_ACCESS_KEY_ID=//p' "$1"
}

# Whole or not at all, and the former pair stays beside it.
take() {
  mv "$1" "$place.part" && cp -p "$place" "$place.previous" && mv "$place.part" "$place"
}

[ -z "$(value form)" ] || refuse not-deliverable "this program writes a pair as AWS made it"
[ -f "$place" ] || refuse not-deliverable "there is no such file"

case $(value verb) in
prepare)
  # Whoever reads the file reads it at its start.
  printf '{"protocol":1,"ok":true,"access_key_id":"%s","settle":"next-start"}\n' "$(held "$place")"
  ;;
deliver)
  if [ "$(held "$place")" != "$(value access_key_id)" ]; then
    {
      printf 'AWS_ACCESS_KEY_ID=%s\n' "$(value access_key_id)"
      printf 'AWS_SECRET_ACCESS_KEY=%s\n' "$(value secret_access_key)"
    } > "$place.new"
    take "$place.new"
  fi
  printf '{"protocol":1,"ok":true}\n'
  ;;
holds)
  if [ "$(held "$place")" = "$(value access_key_id)" ]; then answer=true; else answer=false; fi
  printf '{"protocol":1,"ok":true,"holds":%s}\n' "$answer"
  ;;
put-back)
  to=$(value to_access_key_id)
  answer=true
  if [ "$(held "$place")" != "$to" ]; then
    answer=false
    if [ "$(held "$place")" = "$(value from_access_key_id)" ] &&
      [ -f "$place.previous" ] && [ "$(held "$place.previous")" = "$to" ]; then
      answer=true
      if [ "$(value dry_run)" = false ]; then
        cp -p "$place.previous" "$place.new"
        take "$place.new"
      fi
    fi
  fi
  printf '{"protocol":1,"ok":true,"put_back":%s}\n' "$answer"
  ;;
*)
  refuse failed "this program does not know what it was asked"
  ;;
esac
