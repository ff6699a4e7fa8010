// SPDX-License-Identifier: MIT
#include <implicitmf/io/vector_format.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace imf = implicitmf;
using support::holds;
using support::message_of;

TEST_CASE("not finite is seen at any place") {
  for (std::size_t n = 0; n < 70; ++n) {
    std::vector<float> values(n, -std::numeric_limits<float>::max());
    CHECK(imf::detail::all_finite(values));
    for (std::size_t i = 0; i < n; ++i)
      for (const float bad : {INFINITY, -INFINITY, NAN, -NAN}) {
        values[i] = bad;
        CHECK_FALSE(imf::detail::all_finite(values));
        values[i] = std::numeric_limits<float>::denorm_min();
      }
  }
}

TEST_CASE("words that a format has no place for") {
  CHECK(imf::is_writable_word("caf\xC3\xA9"));
  CHECK(imf::is_writable_word("\xFF\x01"));
  CHECK(imf::is_writable_word("a\xC2\xA0z"));  // a space of Unicode
  for (const std::string_view word : {"", " ", "a b", "a\tb", "a\n", "\ra", "a\vb", "a\fb"})
    CHECK_FALSE(imf::is_writable_word(word));
}

TEST_CASE("each row is filled once and padded with zeros, and the first faulty one is named") {
  for (const std::size_t threads : {1U, 3U}) {
    imf::ThreadTeam team(threads);
    auto matrix = imf::AlignedMatrix::unfilled(40000, 20);
    const auto fill = [&](float bad) {
      return imf::detail::fill_rows(matrix, team, [&](std::size_t r) {
        for (float& x : matrix.row(r)) x = static_cast<float>(r);
        if (r == 39999 || r == 31234) matrix(r, 19) = bad;
      });
    };
    CHECK(fill(1.0F) == 40000);
    bool right = true;
    for (std::size_t r = 0; r < matrix.rows(); ++r)
      for (std::size_t c = 0; c < matrix.stride(); ++c)
        if (r != 39999 && r != 31234)
          right = right && matrix.row_data(r)[c] == (c < 20 ? static_cast<float>(r) : 0.0F);
    CHECK(right);
    CHECK(fill(NAN) == 31234);
  }
}

TEST_CASE("a vocabulary keeps the order, and tells the first word that comes twice") {
  const auto error_at = [](std::size_t i, std::string_view what) {
    return imf::InputError(std::to_string(i) + ": " + std::string(what));
  };
  const auto words = imf::detail::make_vocabulary({"b", "", "a"}, error_at);
  REQUIRE(words->size() == 3);
  CHECK(words->word(0) == "b");
  CHECK(words->word(2) == "a");
  CHECK(words->tokens() == 0);
  CHECK(holds(message_of<imf::InputError>([&] {
                static_cast<void>(imf::detail::make_vocabulary({"b", "a", "a", "b"}, error_at));
              }),
              "2: the word \"a\" comes twice"));
}
