// SPDX-License-Identifier: MIT
// Any bytes as word vectors of a format that is found out: an error of ours, or what the reader of
// that format reads.
#include <implicitmf/io/vector_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/vectors.hpp"

namespace imf = implicitmf;
using imf::VectorFormat;

namespace {

/// The vectors, if they are any.
std::optional<imf::Embeddings> load(const std::filesystem::path& path, VectorFormat format) {
  try {
    return imf::load_vectors(path, {.format = format, .threads = 1});
  } catch (const imf::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto path = fuzz::directory().write("v.npy", bytes);
  fuzz::directory().write("v.vocab", "a\nb\n");
  const auto vectors = load(path, VectorFormat::automatic);
  if (!vectors) return 0;
  fuzz::check_vectors(*vectors);
  bool known = false;
  for (const auto format :
       {VectorFormat::text, VectorFormat::binary, VectorFormat::glove, VectorFormat::npy})
    if (const auto same = load(path, format))
      known = known || (same->vocabulary() == vectors->vocabulary() &&
                        same->vectors() == vectors->vectors());
  fuzz::check(known, "one of the readers reads the same");
  return 0;
}
