#!/bin/sh
# A program of an operator's, for `--deliver 'command=…'`: a file of two lines is its place. It is started
# thousands of times, so it does without other programs where it can.
set -eu
umask 077

place=$1
IFS= read -r order || :

# Sets `value` to one of the order. None of those that are read here can have a quote in it.
read_value() {
  rest=${order#*'"'"$1"'":"'}
  value=${rest%%'"'*}
}

read -r first < "$place"
held=${first#AWS_ACCESS_KEY_ID=}

read_value verb
case $value in
prepare)
  answer='"access_key_id":"'$held'"'
  ;;
holds)
  read_value access_key_id
  if [ "$held" = "$value" ]; then answer='"holds":true'; else answer='"holds":false'; fi
  ;;
deliver)
  read_value access_key_id
  id=$value
  read_value secret_access_key
  printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$id" "$value" > "$place.previous"
  mv "$place.previous" "$place"
  answer='"version":"1"'
  ;;
*)
  printf 'the order has no verb\n' >&2
  exit 3
  ;;
esac
printf '{"protocol":1,"ok":true,%s}\n' "$answer"
