// SPDX-License-Identifier: MIT
#include <implicitmf/core/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/huge_pages.hpp"

namespace imf = implicitmf;

namespace {

// From this many bytes on, blocks come from the operating system.
constexpr std::size_t mapped_from = std::size_t{1} << 20U;

bool aligned(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) % imf::buffer_alignment == 0;
}

struct Odd {
  std::uint8_t bytes[3];
};

}  // namespace

TEST_CASE_TEMPLATE("blocks of every size start on a cache line", T, std::uint8_t, float,
                   std::uint64_t, Odd) {
  const std::size_t edge = mapped_from / sizeof(T);
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{63}, std::size_t{64},
                              std::size_t{1000}, edge - 1, edge, edge + 1, 3 * edge + 7}) {
    CAPTURE(n);
    const imf::Buffer<T> buffer(n);
    CHECK(aligned(buffer.data()));
    CHECK(buffer.size() == n);
  }
}

TEST_CASE("an empty buffer owns nothing and can be read as a range") {
  imf::Buffer<float> buffer;
  CHECK(buffer.empty());
  CHECK(std::accumulate(buffer.begin(), buffer.end(), 0.0F) == 0.0F);
  buffer.resize(0);
  buffer.shrink_to_fit();
  CHECK(buffer == imf::Buffer<float>());
}

TEST_CASE("values given are values kept: assign, initializer lists, growth across the edge") {
  CHECK(imf::Buffer<int>{0}.size() == 1);
  CHECK(imf::Buffer<int>{3, 1, 2} == imf::Buffer<int>{3, 1, 2});

  imf::Buffer<std::uint32_t> buffer(5, 7U);
  CHECK(std::all_of(buffer.begin(), buffer.end(), [](std::uint32_t v) { return v == 7; }));

  // push_back moves the block from the heap to a mapping and on to larger ones.
  buffer.clear();
  const std::uint32_t n = 3 * mapped_from / sizeof(std::uint32_t);
  for (std::uint32_t i = 0; i < n; ++i) buffer.push_back(i * 2654435761U);
  bool same = buffer.size() == n;
  for (std::uint32_t i = 0; i < n; ++i) same = same && buffer[i] == i * 2654435761U;
  CHECK(same);

  buffer.resize(100);
  buffer.shrink_to_fit();  // and back to the heap
  CHECK(aligned(buffer.data()));
  CHECK(buffer[99] == 99U * 2654435761U);
}

TEST_CASE("resize keeps what was there; assign after it sets every new element") {
  imf::Buffer<int> buffer{1, 2, 3};
  buffer.resize(mapped_from);
  CHECK(buffer[0] == 1);
  CHECK(buffer[2] == 3);
  buffer.assign(2 * mapped_from, -1);
  CHECK(std::count(buffer.begin(), buffer.end(), -1) ==
        static_cast<std::ptrdiff_t>(2 * mapped_from));
}

TEST_CASE("every element of a mapped block can be written, the last one too") {
  for (const std::size_t n : {mapped_from, mapped_from + 1, mapped_from + 4095}) {
    imf::Buffer<std::uint8_t> buffer(n);
    buffer.front() = 1;
    buffer.back() = 2;
    std::fill(buffer.begin(), buffer.end(), std::uint8_t{9});
    CHECK(buffer[n - 1] == 9);
  }
}

TEST_CASE("copies are independent, moves take the block along") {
  imf::Buffer<int> a(mapped_from, 4);
  imf::Buffer<int> b = a;
  b[0] = 5;
  CHECK(a[0] == 4);
  const int* const block = a.data();
  const imf::Buffer<int> c = std::move(a);
  CHECK(c.data() == block);
  a = {1, 2};
  CHECK(a.size() == 2);
  std::swap(a, b);
  CHECK(a[0] == 5);
  CHECK(b[1] == 2);
}

TEST_CASE("elements of other types are built and destroyed as in std::vector") {
  const auto counted = std::make_shared<int>(1);
  {
    imf::Buffer<std::shared_ptr<int>> buffer(10, counted);
    buffer.resize(20);
    CHECK(counted.use_count() == 11);
    CHECK(buffer[19] == nullptr);
    buffer.erase(buffer.begin(), buffer.begin() + 5);
    CHECK(counted.use_count() == 6);
  }
  CHECK(counted.use_count() == 1);

  imf::Buffer<std::string> texts(3);
  texts.emplace_back("a text too long for the small-string buffer of any library");
  CHECK(texts[0].empty());
  CHECK(texts[3].size() == 58);
}

TEST_CASE("types that ask for more than a cache line, or for less, keep their alignment") {
  static_assert(imf::buffer_alignment % alignof(std::max_align_t) == 0);
  static_assert(imf::buffer_alignment == 64);
}

TEST_CASE("sizes that do not fit are refused before anything is allocated") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  imf::BufferAllocator<double> doubles;
  CHECK_THROWS_AS(static_cast<void>(doubles.allocate(most)), std::bad_array_new_length);
  CHECK_THROWS_AS(static_cast<void>(doubles.allocate(most / sizeof(double) + 1)),
                  std::bad_array_new_length);
  imf::Buffer<double> buffer;
  CHECK_THROWS(buffer.resize(most));
  CHECK_THROWS(buffer.resize(most / sizeof(double)));
  CHECK(buffer.empty());
}

#if !defined(IMPLICITMF_PLAIN_BUFFERS)
TEST_CASE("a block that no machine has is std::bad_alloc, and leaves the buffer as it was") {
  imf::Buffer<std::uint8_t> buffer{1, 2};
  CHECK_THROWS_AS(buffer.resize(std::size_t{1} << 55U), std::bad_alloc);
  CHECK(buffer == imf::Buffer<std::uint8_t>{1, 2});
}
#endif

TEST_CASE("asking for huge pages changes no value, whatever the size") {
  imf::advise_huge_pages(nullptr, 0);
  for (const std::size_t n : {std::size_t{1}, mapped_from - 1, mapped_from, 4 * mapped_from - 1,
                              4 * mapped_from, 9 * mapped_from + 7}) {
    CAPTURE(n);
    imf::Buffer<std::uint8_t> buffer(n, std::uint8_t{5});
    imf::advise_huge_pages(buffer.data(), n);
    CHECK(std::count(buffer.begin(), buffer.end(), 5) == static_cast<std::ptrdiff_t>(n));
    std::fill(buffer.begin(), buffer.end(), std::uint8_t{6});
    CHECK(std::count(buffer.begin(), buffer.end(), 6) == static_cast<std::ptrdiff_t>(n));
  }
}

#if defined(IMPLICITMF_MAPPED_BUFFERS)
TEST_CASE("huge pages are asked for under large blocks, and under no others") {
  const auto advised = [](std::size_t bytes) {
    imf::Buffer<std::uint8_t> buffer(bytes);
    imf::advise_huge_pages(buffer.data(), bytes);
    return support::asked_for_huge_pages(buffer.data());
  };
  // Where the system says nothing there is nothing to see.
  CHECK(advised(8 * mapped_from).value_or(true));
  CHECK(advised(4 * mapped_from).value_or(true));
  CHECK_FALSE(advised(4 * mapped_from - 1).value_or(false));
}
#endif

TEST_CASE("allocators of all types are equal, so buffers can trade blocks") {
  CHECK(imf::BufferAllocator<int>() == imf::BufferAllocator<int>());
  const imf::BufferAllocator<int> of_int;
  const imf::BufferAllocator<float> of_float(of_int);
  CHECK(of_float == imf::BufferAllocator<float>());
}
