/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/extension.h"

#include "e2ee/mls/limits.h"

bool mls_next_extension(ByteReader *reader, MlsExtension *out)
{
        if (reader->failed || reader->left == 0)
                return false;
        out->type = read_u16(reader);
        out->data = mls_read_vector(reader);
        return !reader->failed;
}

bool mls_extensions_are_valid(MlsSlice extensions)
{
        uint16_t types[MLS_EXTENSIONS_MAX];
        ByteReader reader = mls_reader(extensions);
        MlsExtension extension;
        size_t count = 0;

        while (mls_next_extension(&reader, &extension)) {
                if (count == MLS_EXTENSIONS_MAX)
                        return false;
                for (size_t i = 0; i < count; i++) {
                        if (types[i] == extension.type)
                                return false;
                }
                types[count++] = extension.type;
        }
        return reader_done(&reader);
}

MlsSlice mls_read_extensions(ByteReader *reader)
{
        MlsSlice list = mls_read_vector(reader);

        if (!mls_extensions_are_valid(list))
                reader->failed = true;
        return list;
}

bool mls_find_extension(MlsSlice extensions, uint16_t type, MlsSlice *data)
{
        ByteReader reader = mls_reader(extensions);
        MlsExtension extension;

        while (mls_next_extension(&reader, &extension)) {
                if (extension.type == type) {
                        *data = extension.data;
                        return true;
                }
        }
        return false;
}

void mls_write_extension(MlsWriter *writer, uint16_t type, MlsSlice data)
{
        mls_write_u16(writer, type);
        mls_write_vector(writer, data);
}

bool mls_decode_required_capabilities(MlsSlice data, MlsRequiredCapabilities *out)
{
        ByteReader reader = mls_reader(data);

        out->extensions = mls_read_u16_vector(&reader);
        out->proposals = mls_read_u16_vector(&reader);
        out->credentials = mls_read_u16_vector(&reader);
        return reader_done(&reader);
}
