# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for smctl

_smctl_options() {
    local common='--json --help'

    case $1 in
    register) echo "$common --password-file --password-fd --server --server-pin --invitation-file --insecure-loopback" ;;
    login) echo "$common --yes --password-file --password-fd --server --server-pin --insecure-loopback" ;;
    server) echo "$common --server-pin --insecure-loopback" ;;
    unlock) echo "$common --password-file --password-fd --remember" ;;
    send | reply) echo "$common --no-wait --file" ;;
    save) echo "$common --output --force" ;;
    passwd) echo "$common --password-file --password-fd --new-password-file --new-password-fd" ;;
    react) echo "$common --remove" ;;
    delete) echo "$common --for-me --yes" ;;
    history) echo "$common --limit --before --after" ;;
    search) echo "$common --in --limit --before" ;;
    export) echo "$common --yes --password-file --password-fd --conversation --output --encrypt --decrypt" ;;
    watch) echo "$common --since --conversation --exec --state" ;;
    contacts) echo "$common --online" ;;
    decline) echo "$common --all --yes" ;;
    trust | group) echo "$common --yes" ;;
    verify) echo "$common --yes --emoji --code --remove" ;;
    delete-account) echo "$common --yes --password-file --password-fd --local-only" ;;
    '') echo "$common --version" ;;
    *) echo "$common" ;;
    esac
}

_smctl() {
    local verbs='register login unlock keyring lock passwd status send reply edit delete react save timer group chat history search export watch contacts find trust verify session renew requests accept decline block unblock mute unmute pin unpin mark-read mark-unread privacy settings reconnect server delete-account help'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb='' arguments=0 is_value='' word

    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $is_value ]]; then
            is_value=''
            continue
        fi
        case $word in
        --new-password-file | --new-password-fd) is_value=yes ;;
        --password-file | --password-fd | --server | --server-pin | --invitation-file | --limit | --before | --after | --since | \
            --conversation | --in | --file | --output | --decrypt | --exec | --state | --code) is_value=yes ;;
        -*) ;;
        *)
            if [[ $verb ]]; then
                ((arguments++))
            else
                verb=$word
            fi
            ;;
        esac
    done

    if [[ $is_value ]]; then
        case $previous in
        --new-password-file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        --password-file | --invitation-file | --file | --output | --decrypt | --state) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        --conversation | --in) mapfile -t COMPREPLY < <(compgen -W "$(smctl contacts 2>/dev/null | awk '{print $1}')" -- "$current") ;;
        esac
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_smctl_options "$verb")" -- "$current")
    elif [[ ! $verb ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
    elif ((arguments == 0)); then
        case $verb in
        send | timer | chat | history | trust | verify | session | renew | accept | decline | block | unblock | mute | unmute | pin | unpin | mark-read | mark-unread | privacy)
            mapfile -t COMPREPLY < <(compgen -W "$(smctl contacts 2>/dev/null | awk '{print $1}')" -- "$current")
            ;;
        group) mapfile -t COMPREPLY < <(compgen -W 'create list info add remove promote demote rename timer renew accept rejoin leave delete' -- "$current") ;;
        keyring) mapfile -t COMPREPLY < <(compgen -W forget -- "$current") ;;
        settings) mapfile -t COMPREPLY < <(compgen -W "$(smctl settings 2>/dev/null | awk '{print $1}')" -- "$current") ;;
        help) mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current") ;;
        esac
    fi
}

complete -o filenames -F _smctl smctl
