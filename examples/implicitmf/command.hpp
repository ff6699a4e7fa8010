// SPDX-License-Identifier: MIT
/// \file
/// What the commands of the program share: each adds itself to the application.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <implicitmf/association/shifted_pmi_matrix.hpp>
#include <implicitmf/core/memory.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/version.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/io/vector_format.hpp>

#include "progress_display.hpp"

namespace app {

namespace imf = implicitmf;
using Json = nlohmann::ordered_json;

// Each adds its command to the application; the command runs when the options are parsed.
void add_train(CLI::App& application);
void add_count(CLI::App& application);
void add_convert(CLI::App& application);
void add_objective(CLI::App& application);
void add_export(CLI::App& application);
void add_neighbors(CLI::App& application);
void add_analogy(CLI::App& application);
void add_evaluate(CLI::App& application);
void add_report(CLI::App& application);

/// Options that every command has.
struct CommonArguments {
  std::size_t threads = 0;
  ProgressMode progress = ProgressMode::automatic;
  bool json = false;
  void add_to(CLI::App& command);
};

/// From a text to counts.
struct CountArguments {
  std::string input;
  std::size_t window = 5;
  std::string shape = "dynamic";
  imf::WindowSide side = imf::WindowSide::symmetric;
  std::size_t min_count = 5;
  std::size_t max_vocabulary = 0;
  bool lowercase = false;
  bool keep_positions = false;
  double memory_gib = 0.0;
  std::string read_vocabulary;
  std::string save_vocabulary;

  /// `required`: the text must be named (a command may have other input).
  void add_to(CLI::App& command, bool required);
  /// The window, by its shape, radius and side.
  [[nodiscard]] imf::WindowTable table() const;
  [[nodiscard]] imf::EncodedCorpus read(const CommonArguments& common,
                                        const imf::ProgressCallback& progress) const;
  [[nodiscard]] imf::CooccurrenceCounts count(const imf::EncodedCorpus& corpus,
                                              const CommonArguments& common,
                                              const imf::ProgressCallback& progress) const;
  [[nodiscard]] Json to_json() const;

 private:
  template <class Use>
  [[nodiscard]] auto with_window(Use&& use) const {
    if (shape == "uniform") return use(imf::UniformWindow{.radius = window, .side = side});
    if (shape == "harmonic") return use(imf::HarmonicWindow{.radius = window, .side = side});
    return use(imf::DynamicWindow{.radius = window, .side = side});
  }
};

/// The name that an option's value goes by.
template <class Value>
[[nodiscard]] std::string name_of(const std::map<std::string, Value>& names, const Value& value) {
  for (const auto& [name, named] : names)
    if (named == value) return name;
  return {};
}

/// Takes one of the names for the value that goes by it.
template <class Value>
[[nodiscard]] CLI::Validator one_of(const std::map<std::string, Value>& names) {
  return CLI::Validator(
      [names](std::string& text) {
        const auto found = names.find(text);
        if (found == names.end()) {
          std::string known;
          for (const auto& [name, value] : names) known += (known.empty() ? "" : ", ") + name;
          return text + " is none of " + known;
        }
        text = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "");
}

/// From counts to an association matrix.
struct AssociationArguments {
  std::string measure = "sppmi";
  double smoothing = 0.75;
  double negatives = 1.0;
  void add_measure_to(CLI::App& command);
  void add_smoothing_to(CLI::App& command);
  [[nodiscard]] imf::ShiftedPMIMatrix<> associate(const imf::CooccurrenceCounts& counts,
                                                  const CommonArguments& common) const;
  [[nodiscard]] Json to_json() const;
};

/// Wall-clock and processor seconds of named stages, in order.
class StageClock {
 public:
  /// Runs the work and adds its time to the stage.
  template <class Work>
  decltype(auto) time(const std::string& stage, Work&& work) {
    struct Stop {
      StageClock& clock;
      const std::string& stage;
      double wall = now();
      double cpu = cpu_now();
      ~Stop() { clock.add(stage, now() - wall, cpu_now() - cpu); }
    };
    const Stop stop{*this, stage};
    return work();
  }
  [[nodiscard]] const Json& seconds() const noexcept { return seconds_; }
  [[nodiscard]] const Json& cpu_seconds() const noexcept { return cpu_seconds_; }

 private:
  static double now();
  static double cpu_now();
  void add(const std::string& stage, double wall, double cpu);

  Json seconds_ = Json::object();
  Json cpu_seconds_ = Json::object();
};

/// A whole number of decimal digits, at least `least`; no sign, no leading zero, no unit.
[[nodiscard]] CLI::Validator whole_number(std::uint64_t least = 0);

/// The names of the formats of vectors.
extern const std::map<std::string, imf::VectorFormat> vector_formats;

/// Adds --format, of vectors to be written.
void add_format(CLI::App& command, imf::VectorFormat& format);

/// Finds out before the work whether vectors can be written to a file of that name; "" is none.
/// Returns the files that they would be written to.
std::vector<std::filesystem::path> check_output(const std::filesystem::path& path,
                                                imf::VectorFormat format);

/// Refuses to write over a file that is read, whatever names it goes by.
void check_inputs_kept(const std::vector<std::filesystem::path>& outputs,
                       const std::vector<std::filesystem::path>& inputs);

/// The program's own name for what a message of the library calls by the name of its option.
[[nodiscard]] std::string in_program_terms(std::string message);

/// Prints what reading kept: "read 7564663 tokens; kept 47363 of 160557 words (97.6 % of tokens)".
void print_corpus(const imf::EncodedCorpus& corpus);

/// Bytes of the program itself, its libraries and the stacks of a few threads.
inline constexpr std::uint64_t program_bytes = 8U << 20U;

/// Throws ConfigError if a need in bytes passes the ceiling of --memory (0: none).
/// \param remedy  what needs less: "lower --dim"
void check_memory(std::uint64_t needed, double ceiling_gib, const std::string& remedy);

/// Version of the records of trainings; docs/formats.md describes them.
inline constexpr int record_version = 1;

/// The record beside vectors: "v.bin.json" of "v.bin".
[[nodiscard]] inline std::filesystem::path record_beside(std::filesystem::path vectors) {
  vectors += ".json";
  return vectors;
}

/// "12.3 M" for people.
[[nodiscard]] std::string with_unit(double number);

}  // namespace app
