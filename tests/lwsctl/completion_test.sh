#!/usr/bin/env bash
# Completions and pages of the manual have what --help has, no more and no less, and shells and roff read them.
set -uo pipefail
lwsctl=$PWD/examples/lwsctl/lwsctl
failed=0
fail() {
  echo "$*"
  failed=1
}
shows() {  # what, text...
  local what=$1 text
  shift
  for text in "$@"; do
    grep -qxF -- "$text" "$TEST_TMPDIR/words" || fail "$what: lacks $text: $(tr '\n' ' ' < "$TEST_TMPDIR/words")"
  done
}

mapfile -t commands < <($lwsctl --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ ${#commands[@]} -ge 20 ] || fail "only ${#commands[@]} commands: ${commands[*]}"

# The words that bash offers for a line whose last word is begun.
$lwsctl completion bash > "$TEST_TMPDIR/lwsctl.bash"
source "$TEST_TMPDIR/lwsctl.bash" || fail "bash does not read its script"
complete_bash() {
  COMP_WORDS=(lwsctl "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _lwsctl
  printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"} > "$TEST_TMPDIR/words"
}
complete_bash ""
shows "lwsctl <tab>" help "${commands[@]}"
complete_bash sim
[ "$(cat "$TEST_TMPDIR/words")" = simulate ] || fail "sim<tab>: $(cat "$TEST_TMPDIR/words")"
complete_bash help ""
shows "lwsctl help <tab>" "${commands[@]}"
complete_bash simulate x.yaml --po
[ "$(cat "$TEST_TMPDIR/words")" = --policy ] || fail "--po<tab>: $(cat "$TEST_TMPDIR/words")"
complete_bash simulate --policy ""
shows "--policy <tab>" reference keep-budget replace-unready-first
complete_bash render -o ""
[ "$(tr '\n' ' ' < "$TEST_TMPDIR/words")" = "yaml json " ] || fail "render -o <tab>: $(cat "$TEST_TMPDIR/words")"
complete_bash place --profile ""
shows "place --profile <tab>" best-fit least-free balanced
complete_bash place --more ""
shows "place --more <tab>" surge
complete_bash simulate --scenario ""
[ -z "$(cat "$TEST_TMPDIR/words")" ] || fail "--scenario <tab> must leave files to the shell"
complete_bash simulate ""
[ -z "$(cat "$TEST_TMPDIR/words")" ] || fail "simulate <tab> must leave files to the shell"
complete_bash completion ""
shows "completion <tab>" bash zsh fish
complete_bash man ch
shows "man ch<tab>" check

$lwsctl completion zsh > "$TEST_TMPDIR/_lwsctl"
$lwsctl completion fish > "$TEST_TMPDIR/lwsctl.fish"
for command in "${commands[@]}"; do
  # Every long flag in the usage or at the beginning of a row is offered, and the command takes every one that is offered.
  $lwsctl "$command" --help > "$TEST_TMPDIR/help" || fail "$command --help"
  complete_bash "$command" -
  mapfile -t offered < "$TEST_TMPDIR/words"
  shows "$command -<tab>" $({ sed -n '/^usage:/p; /^       /p' "$TEST_TMPDIR/help" | grep -oE '[[(|] ?--[a-z-]+'
    sed -n 's/^  \(-[a-z-]*\).*/\1/p' "$TEST_TMPDIR/help"; } | grep -oE -- '--?[a-z-]+' | sort -u)
  $lwsctl man "$command" > "$TEST_TMPDIR/page" || fail "man $command"
  for flag in "${offered[@]}"; do
    [ "$flag" = --help ] && continue
    $lwsctl "$command" "$flag=x" "$flag" 2>&1 | grep -q "unknown flag" && fail "lwsctl $command does not take $flag"
    grep -qF "\\fB${flag//-/\\-}\\fR" "$TEST_TMPDIR/page" || fail "man $command: lacks $flag"
    grep -q "^        '$flag\[" "$TEST_TMPDIR/_lwsctl" || fail "zsh: lacks $flag"
    case $flag in --*) option="-l ${flag#--}" ;; *) option="-s ${flag#-}" ;; esac
    grep -q "from $command'.* $option\( \|$\)" "$TEST_TMPDIR/lwsctl.fish" || fail "fish: $command lacks $flag"
  done
  if command -v groff > "$TEST_TMPDIR/groff"; then
    groff -man -Tutf8 -ww "$TEST_TMPDIR/page" 2>&1 > "$TEST_TMPDIR/shown" | grep . && fail "man $command: roff has warnings"
  fi
done
$lwsctl man > "$TEST_TMPDIR/page"
[ "$(grep -c '^\.BR lwsctl\\-' "$TEST_TMPDIR/page")" -eq ${#commands[@]} ] || fail "lwsctl(1) does not name every page"
if command -v zsh > "$TEST_TMPDIR/zsh"; then zsh -n "$TEST_TMPDIR/_lwsctl" || fail "zsh does not read its script"; fi
if command -v fish > "$TEST_TMPDIR/fish"; then fish -n "$TEST_TMPDIR/lwsctl.fish" || fail "fish does not read its script"; fi
for words in "completion" "completion tcsh" "completion bash zsh" "man simulat" "man a b" "completion --x"; do
  actual=0
  $lwsctl $words > "$TEST_TMPDIR/out" 2> "$TEST_TMPDIR/err" || actual=$?
  [ "$actual" -eq 2 ] || fail "lwsctl $words: exit code $actual"
done
grep -q 'did you mean "zsh"' <($lwsctl completion zhs 2>&1) || fail "completion zhs: no suggestion"
exit $failed
