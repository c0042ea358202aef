# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for smctl

function __smctl_settings
    smctl settings 2>/dev/null | string replace --regex ' .*' ''
end

function __smctl_contacts
    smctl contacts 2>/dev/null | string replace --regex ' .*' ''
end

set -l verbs register login unlock keyring lock passwd status send reply edit delete react save timer group chat history search export watch contacts find trust verify session renew requests accept decline block unblock mute unmute pin unpin mark-read mark-unread privacy settings reconnect server delete-account help
set -l no_verb "not __fish_seen_subcommand_from $verbs"

complete -c smctl -f
complete -c smctl -l json -d 'print JSON, one object a line'
complete -c smctl -l help -s h -d 'show help'
complete -c smctl -n "$no_verb" -l version -s V -d 'show the version'

complete -c smctl -n "$no_verb" -a register -d 'make an account on a server'
complete -c smctl -n "$no_verb" -a login -d 'take an existing account over to this machine'
complete -c smctl -n "$no_verb" -a unlock -d 'open the messages, and connect'
complete -c smctl -n "$no_verb" -a keyring -d "let the desktop's keyring forget the account"
complete -c smctl -n "$no_verb" -a lock -d 'disconnect, and close the messages'
complete -c smctl -n "$no_verb" -a passwd -d 'change the password'
complete -c smctl -n "$no_verb" -a status -d 'show the account and its connection'
complete -c smctl -n "$no_verb" -a send -d 'send a message; - reads the text from standard input'
complete -c smctl -n "$no_verb" -a reply -d 'answer a message'
complete -c smctl -n "$no_verb" -a edit -d "change the text of a message of one's own"
complete -c smctl -n "$no_verb" -a delete -d 'delete a message, at the other side as well'
complete -c smctl -n "$no_verb" -a react -d 'put an emoji to a message'
complete -c smctl -n "$no_verb" -a save -d 'write the file of a message to a file'
complete -c smctl -n "$no_verb" -a timer -d 'show or set how long messages stay after reading'
complete -c smctl -n "$no_verb" -a group -d 'make groups, and change who is in them'
complete -c smctl -n '__fish_seen_subcommand_from group' -a 'create list info add remove promote demote rename timer renew accept rejoin leave delete'
complete -c smctl -n "$no_verb" -a chat -d 'talk live'
complete -c smctl -n "$no_verb" -a history -d 'show the messages of a conversation'
complete -c smctl -n "$no_verb" -a search -d 'find messages by their words, the newest first'
complete -c smctl -n "$no_verb" -a export -d 'write all messages as lines of JSON'
complete -c smctl -n "$no_verb" -a watch -d 'show events as they happen'
complete -c smctl -n "$no_verb" -a contacts -d 'list the contacts'
complete -c smctl -n "$no_verb" -a find -d 'ask the server for users by the beginning of their names'
complete -c smctl -n "$no_verb" -a trust -d "accept a contact's changed key"
complete -c smctl -n "$no_verb" -a verify -d "make sure that a contact's key is theirs"
complete -c smctl -n "$no_verb" -a session -d 'show the session with a contact: since when, how many messages'
complete -c smctl -n "$no_verb" -a renew -d 'begin a new session with a contact'
complete -c smctl -n "$no_verb" -a requests -d 'show who has written for the first time, and what'
complete -c smctl -n "$no_verb" -a accept -d 'accept somebody who asks'
complete -c smctl -n "$no_verb" -a decline -d 'turn somebody down who asks, and delete what they wrote'
complete -c smctl -n "$no_verb" -a block -d 'hear nothing more of a contact, who cannot tell'
complete -c smctl -n "$no_verb" -a unblock -d 'hear a blocked contact again'
complete -c smctl -n "$no_verb" -a mute -d 'be told of no messages of a conversation'
complete -c smctl -n "$no_verb" -a unmute -d 'be told of them again'
complete -c smctl -n "$no_verb" -a pin -d 'show a conversation first'
complete -c smctl -n "$no_verb" -a unpin -d 'show it where it belongs'
complete -c smctl -n "$no_verb" -a mark-read -d 'have read all of a conversation, and say so to whoever may know'
complete -c smctl -n "$no_verb" -a mark-unread -d 'keep a conversation to come back to'
complete -c smctl -n "$no_verb" -a privacy -d 'show what a contact may know of you, or change it'
complete -c smctl -n "$no_verb" -a settings -d 'show the settings, or change one'
complete -c smctl -n "$no_verb" -a reconnect -d 'connect to the server now'
complete -c smctl -n "$no_verb" -a server -d 'show where the server is, or say that it is somewhere else'
complete -c smctl -n "$no_verb" -a delete-account -d 'delete the account, for ever'
complete -c smctl -n "$no_verb" -a help -d 'show help, in full for one verb'

complete -c smctl -n '__fish_seen_subcommand_from register login unlock passwd export' -l password-file -r -F -d 'read the password from FILE'
complete -c smctl -n '__fish_seen_subcommand_from register login unlock passwd export' -l password-fd -x -d 'read the password from file descriptor N'
complete -c smctl -n '__fish_seen_subcommand_from delete-account' -l password-file -r -F -d 'read the password from FILE'
complete -c smctl -n '__fish_seen_subcommand_from delete-account' -l password-fd -x -d 'read the password from file descriptor N'
complete -c smctl -n '__fish_seen_subcommand_from passwd' -l new-password-file -r -F -d 'read the new password from FILE'
complete -c smctl -n '__fish_seen_subcommand_from passwd' -l new-password-fd -x -d 'read the new password from file descriptor N'
complete -c smctl -n '__fish_seen_subcommand_from register login' -l server -x -d 'the server, wss://HOST[:PORT]'
complete -c smctl -n '__fish_seen_subcommand_from register login server' -l server-pin -x -d 'only the certificate with this pin is the server'
complete -c smctl -n '__fish_seen_subcommand_from register' -l invitation-file -r -F -d 'read the invitation to the server from FILE'
complete -c smctl -n '__fish_seen_subcommand_from register login server' -l insecure-loopback -d 'allow ws:// to this machine, for tests'
complete -c smctl -n '__fish_seen_subcommand_from login trust export delete verify group decline' -l yes -d 'do not ask'
complete -c smctl -n '__fish_seen_subcommand_from delete-account' -l yes -d 'do not ask'
complete -c smctl -n '__fish_seen_subcommand_from delete-account' -l local-only -d 'delete only what is here, and tell nobody'
complete -c smctl -n '__fish_seen_subcommand_from send reply' -l no-wait -d 'do not wait until the server has the message'
complete -c smctl -n '__fish_seen_subcommand_from send reply' -l file -r -F -d 'send FILE, with the text as its caption'
complete -c smctl -n '__fish_seen_subcommand_from save' -l output -r -F -d 'write to FILE; - is standard output'
complete -c smctl -n '__fish_seen_subcommand_from save' -l force -d 'overwrite a file that is there'
complete -c smctl -n '__fish_seen_subcommand_from history search' -l limit -x -d 'at most N messages, 0 for all; by default 50'
complete -c smctl -n '__fish_seen_subcommand_from verify' -l emoji -d 'compare seven emoji with the contact, live'
complete -c smctl -n '__fish_seen_subcommand_from verify' -l code -x -d 'the safety number that the contact has; - reads it from standard input'
complete -c smctl -n '__fish_seen_subcommand_from react verify' -l remove -d 'take it back'
complete -c smctl -n '__fish_seen_subcommand_from delete' -l for-me -d 'only on this side'
complete -c smctl -n '__fish_seen_subcommand_from history search' -l before -x -d 'only messages before number N'
complete -c smctl -n '__fish_seen_subcommand_from history' -l after -x -d 'only messages after number N, the oldest first'
complete -c smctl -n '__fish_seen_subcommand_from watch' -l exec -x -d 'run COMMAND for each event, which is on its standard input'
complete -c smctl -n '__fish_seen_subcommand_from watch' -l state -r -F -d 'remember in FILE where to go on'
complete -c smctl -n '__fish_seen_subcommand_from watch' -l since -x -d 'begin after event number N, 0 for all; by default now'
complete -c smctl -n '__fish_seen_subcommand_from export' -l output -r -F -d 'write to FILE; - is standard output'
complete -c smctl -n '__fish_seen_subcommand_from export' -l encrypt -d 'encrypt with a password of its own'
complete -c smctl -n '__fish_seen_subcommand_from export' -l decrypt -r -F -d 'read an encrypted export instead'
complete -c smctl -n '__fish_seen_subcommand_from search' -l in -x -a '(__smctl_contacts)' -d 'only messages of this conversation'
complete -c smctl -n '__fish_seen_subcommand_from watch export' -l conversation -x -a '(__smctl_contacts)' -d 'only events of this conversation'

complete -c smctl -n '__fish_seen_subcommand_from send timer chat history trust verify session renew accept decline block unblock mute unmute pin unpin mark-read mark-unread privacy' -a '(__smctl_contacts)'
complete -c smctl -n '__fish_seen_subcommand_from unlock' -l remember -d "let the desktop's keyring open it from now on"
complete -c smctl -n '__fish_seen_subcommand_from keyring' -a forget
complete -c smctl -n '__fish_seen_subcommand_from settings' -a '(__smctl_settings)'
complete -c smctl -n '__fish_seen_subcommand_from privacy' -a 'send-read-receipts send-delivery-receipts show-presence send-typing'
complete -c smctl -n '__fish_seen_subcommand_from contacts' -l online -d 'only those who are connected'
complete -c smctl -n '__fish_seen_subcommand_from decline' -l all -d 'all who ask'
complete -c smctl -n '__fish_seen_subcommand_from help' -a "$verbs"
