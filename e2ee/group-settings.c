/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/group-settings.h"

#include "e2ee/mls/extension.h"
#include "e2ee/mls/leaf-node.h"
#include "e2ee/utf8.h"

enum {
        FORMAT = 1,
        USER_NAME_MIN = 2,
        RIGHTS_ALL = GROUP_RIGHT_ADD | GROUP_RIGHT_EDIT,
        /* A format, a name, two numbers, and the administrators. */
        SETTINGS_SIZE_MAX = 1 + 1 + GROUP_NAME_MAX + 4 + 4 + 1 + GROUP_ADMINS_MAX * (1 + ADDRESS_NAME_MAX),
};

static const uint8_t extension_types[] = {
                GROUP_EXTENSION_SETTINGS >> 8,
                GROUP_EXTENSION_SETTINGS & 0xff,
                GROUP_EXTENSION_CERTIFICATE >> 8,
                GROUP_EXTENSION_CERTIFICATE & 0xff,
};
static const uint8_t credential_types[] = {0, MLS_CREDENTIAL_BASIC};

MlsSlice group_extension_types(void)
{
        return mls_slice(extension_types, sizeof(extension_types));
}

static bool is_alphanumeric(uint8_t c)
{
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool group_user_name_is_valid(MlsSlice name)
{
        if (name.size < USER_NAME_MIN || name.size > ADDRESS_NAME_MAX || !is_alphanumeric(name.data[0]) ||
            !is_alphanumeric(name.data[name.size - 1]))
                return false;
        for (size_t i = 0; i < name.size; i++) {
                uint8_t c = name.data[i];

                if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-')
                        return false;
        }
        return true;
}

/* What could change how the text around a name looks: controls, separators of lines, and changes of
 * direction. */
static bool is_control(uint32_t c)
{
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The next character of what is known to be UTF-8. */
static uint32_t next_character(const uint8_t **text)
{
        const uint8_t *at = *text;
        unsigned more = at[0] < 0x80 ? 0 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
        uint32_t c = more == 0 ? at[0] : at[0] & (0x3fU >> more);

        for (unsigned i = 1; i <= more; i++)
                c = c << 6 | (at[i] & 0x3f);
        *text = at + more + 1;
        return c;
}

static bool name_is_valid(const uint8_t *name, size_t size)
{
        const uint8_t *at = name;

        if (size == 0 || size > GROUP_NAME_MAX || !utf8_is_text(name, size) || name[0] == ' ' ||
            name[size - 1] == ' ')
                return false;
        while (at < name + size) {
                if (is_control(next_character(&at)))
                        return false;
        }
        return true;
}

bool group_name_is_valid(const char *name)
{
        return name_is_valid((const uint8_t *)name, strnlen(name, GROUP_NAME_MAX + 1));
}

/* u8 size, and so many bytes. */
static void write_short(ByteWriter *writer, const char *text)
{
        size_t size = strlen(text);

        write_u8(writer, (unsigned)size);
        write_bytes(writer, text, size);
}

int group_settings_write(const GroupSettings *settings, MlsWriter *extensions)
{
        uint8_t bytes[SETTINGS_SIZE_MAX];
        ByteWriter writer = byte_writer(bytes, sizeof(bytes));
        MLS_WRITER(required);

        mls_write_vector(&required, group_extension_types());
        mls_write_vector(&required, (MlsSlice){0});
        mls_write_vector(&required, mls_slice(credential_types, sizeof(credential_types)));
        write_u8(&writer, FORMAT);
        write_short(&writer, settings->name);
        write_u32(&writer, settings->expires_after_s);
        write_u32(&writer, settings->rights);
        write_u8(&writer, (unsigned)settings->admin_count);
        for (size_t i = 0; i < settings->admin_count; i++)
                write_short(&writer, settings->admins[i]);
        mls_write_extension(extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, mls_written(&required));
        mls_write_extension(extensions, GROUP_EXTENSION_SETTINGS, mls_slice(bytes, writer.size));
        return required.error != 0 ? required.error : extensions->error;
}

static MlsSlice read_short(ByteReader *reader)
{
        size_t size = read_u8(reader);
        const uint8_t *data = read_view(reader, size);

        return data ? mls_slice(data, size) : (MlsSlice){0};
}

static void read_admins(ByteReader *reader, GroupSettings *out)
{
        size_t count = read_u8(reader);

        if (count == 0 || count > GROUP_ADMINS_MAX)
                reader->failed = true;
        while (!reader->failed && out->admin_count < count) {
                char *admin = out->admins[out->admin_count];
                MlsSlice name = read_short(reader);

                if (!name.data || !group_user_name_is_valid(name)) {
                        reader->failed = true;
                        return;
                }
                memcpy(admin, name.data, name.size);
                admin[name.size] = '\0';
                if (out->admin_count > 0 && strcmp(out->admins[out->admin_count - 1], admin) >= 0)
                        reader->failed = true;
                out->admin_count++;
        }
}

static bool read_settings(MlsSlice data, GroupSettings *out)
{
        ByteReader reader = mls_reader(data);
        MlsSlice name;

        if (read_u8(&reader) != FORMAT)
                return false;
        name = read_short(&reader);
        if (!name_is_valid(name.data, name.size))
                return false;
        memcpy(out->name, name.data, name.size);
        out->expires_after_s = read_u32(&reader);
        out->rights = read_u32(&reader);
        read_admins(&reader, out);
        return reader_done(&reader) && (out->rights & ~(uint32_t)RIGHTS_ALL) == 0;
}

/* Types of extensions, none of proposals, basic credentials. */
static bool requires_ours(MlsSlice data)
{
        MlsRequiredCapabilities required;

        return mls_decode_required_capabilities(data, &required) && required.proposals.size == 0 &&
               mls_slice_equal(required.extensions, group_extension_types()) &&
               mls_slice_equal(required.credentials, mls_slice(credential_types, sizeof(credential_types)));
}

int group_settings_read(MlsSlice extensions, GroupSettings *out)
{
        ByteReader reader = mls_reader(extensions);
        MlsExtension extension;

        *out = (GroupSettings){0};
        if (!mls_extensions_are_valid(extensions) || !mls_next_extension(&reader, &extension) ||
            extension.type != MLS_EXTENSION_REQUIRED_CAPABILITIES || !requires_ours(extension.data) ||
            !mls_next_extension(&reader, &extension) || extension.type != GROUP_EXTENSION_SETTINGS ||
            !read_settings(extension.data, out) || reader.left > 0)
                return GROUP_BAD_SETTINGS;
        return 0;
}

bool group_settings_equal_admins(const GroupSettings *a, const GroupSettings *b)
{
        if (a->admin_count != b->admin_count)
                return false;
        for (size_t i = 0; i < a->admin_count; i++) {
                if (strcmp(a->admins[i], b->admins[i]) != 0)
                        return false;
        }
        return true;
}

/* Where the name is in the list, or would be. */
static size_t position(const GroupSettings *settings, const char *name)
{
        size_t at = 0;

        while (at < settings->admin_count && strcmp(settings->admins[at], name) < 0)
                at++;
        return at;
}

bool group_settings_is_admin(const GroupSettings *settings, const char *name)
{
        size_t at = position(settings, name);

        return at < settings->admin_count && strcmp(settings->admins[at], name) == 0;
}

int group_settings_promote(GroupSettings *settings, const char *name)
{
        size_t at = position(settings, name);

        if (group_settings_is_admin(settings, name))
                return 0;
        if (settings->admin_count == GROUP_ADMINS_MAX)
                return GROUP_TOO_MANY;
        memmove(settings->admins[at + 1], settings->admins[at],
                (settings->admin_count - at) * sizeof(settings->admins[0]));
        memset(settings->admins[at], 0, sizeof(settings->admins[at]));
        memcpy(settings->admins[at], name, strnlen(name, ADDRESS_NAME_MAX));
        settings->admin_count++;
        return 0;
}

void group_settings_demote(GroupSettings *settings, const char *name)
{
        size_t at = position(settings, name);

        if (!group_settings_is_admin(settings, name))
                return;
        settings->admin_count--;
        memmove(settings->admins[at], settings->admins[at + 1],
                (settings->admin_count - at) * sizeof(settings->admins[0]));
        memset(settings->admins[settings->admin_count], 0, sizeof(settings->admins[0]));
}

bool group_settings_allow(const GroupSettings *settings, const char *name, GroupRight right)
{
        return (settings->rights & right) || group_settings_is_admin(settings, name);
}
