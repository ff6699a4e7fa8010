// SPDX-License-Identifier: MIT
// Any bytes as a set of analogy questions: an error of ours, or sections that survive writing.
#include <implicitmf/evaluation/analogy_set.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<imf::AnalogySection> sections;
  try {
    sections = imf::load_analogy_set(fuzz::directory().write("questions", bytes));
  } catch (const imf::Error&) {
    return 0;
  }
  std::string text;
  for (const imf::AnalogySection& section : sections) {
    fuzz::check(!section.name.empty(), "sections have a name");
    text += ": " + section.name + " \n";  // a '\r' before the newline would be lost
    for (const imf::AnalogyWords& words : section.questions) {
      for (const std::string& word : words) {
        fuzz::check(!word.empty() && word.find_first_of(" \t\n") == word.npos, "words are words");
        text += word + " ";
      }
      text += "\n";
    }
  }
  fuzz::check(imf::load_analogy_set(fuzz::directory().write("again", text)) == sections,
              "sections and questions survive writing");
  return 0;
}
