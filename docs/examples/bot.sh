#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The bot of bot.py in the shell, with busctl and jq: answers each text with "You said: ...".
#
#     docs/examples/bot.sh STATE-FILE
#
# What people write is data all the way: it goes from jq into one argument of busctl, and is never looked at by the shell.
set -euo pipefail

state=${1:?Usage: bot.sh STATE-FILE}
name=org.securemessenger.Messenger1
root=/org/securemessenger/Messenger1

remember() {
        echo "$1" >"$state.new"
        sync "$state.new"
        mv "$state.new" "$state"
}

[[ -s $state ]] || remember "$(busctl --user --json=short get-property $name $root $name.Account LastEvent | jq .data)"

while true; do
        events=$(busctl --user --json=short call $name $root $name.Events List 'ta{sv}' "$(<"$state")" 1 limit u 50)
        # A line for each event: its number, whether it is a text that came, from whom, and the text, in base64 for it may
        # have any characters.
        while read -r number answer conversation text; do
                if [[ $answer == true ]]; then
                        busctl --user --quiet call $name $root $name.Messages Send 'ssa{sv}' "$conversation" \
                                "You said: $(base64 -d <<<"$text")" 0
                fi
                remember "$number"
        done < <(jq -r '.data[0][] | [.number.data,
                (.kind.data == "message-received" and .message.data.kind.data == "text"),
                .conversation.data // "-", ((.message.data.text.data // "") | @base64)] | map(tostring) | join(" ")' \
                <<<"$events")
        # busctl cannot wait for a signal; a new event is seen within a second.
        sleep 1
done
