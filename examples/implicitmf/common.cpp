// SPDX-License-Identifier: MIT
// Options and words that several commands share.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>
#include <system_error>

#include <implicitmf/core/text.hpp>
#include <implicitmf/corpus/read_corpus.hpp>
#include <implicitmf/counting/cooccurrence_counter.hpp>
#include <implicitmf/io/vector_file.hpp>
#include <implicitmf/io/vocabulary_file.hpp>

#include "command.hpp"

namespace app {

namespace {

const std::map<std::string, ProgressMode> progress_modes = {{"auto", ProgressMode::automatic},
                                                            {"plain", ProgressMode::plain},
                                                            {"json", ProgressMode::json},
                                                            {"none", ProgressMode::none}};
const std::map<std::string, imf::WindowSide> window_sides = {
    {"symmetric", imf::WindowSide::symmetric},
    {"left", imf::WindowSide::left},
    {"right", imf::WindowSide::right}};

}  // namespace

const std::map<std::string, imf::VectorFormat> vector_formats = {
    {"auto", imf::VectorFormat::automatic}, {"text", imf::VectorFormat::text},
    {"binary", imf::VectorFormat::binary},  {"glove", imf::VectorFormat::glove},
    {"npy", imf::VectorFormat::npy},        {"projector", imf::VectorFormat::projector}};

void add_format(CLI::App& command, imf::VectorFormat& format) {
  command
      .add_option("--format", format,
                  "text (.txt, .vec) or binary (word2vec's), glove (text without the first line), "
                  "npy (NumPy, words in a .vocab file beside it), projector (.tsv, TensorBoard, "
                  "words in a .metadata.tsv file beside it); auto: by the name, else binary")
      ->transform(one_of(vector_formats))
      ->default_str("auto");
}

std::vector<std::filesystem::path> check_output(const std::filesystem::path& path,
                                                imf::VectorFormat format) {
  if (path.empty()) return {};
  if (format == imf::VectorFormat::automatic) format = imf::format_of_name(path);
  std::vector<std::filesystem::path> files{path};
  if (format == imf::VectorFormat::npy) files.push_back(imf::words_beside(path));
  if (format == imf::VectorFormat::projector) files.push_back(imf::metadata_beside(path));
  if (files.size() > 1 && (path == "-" || files.back() == path))
    throw imf::ConfigError("format", "the words go to a file beside the vectors, of another name");
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    const auto type = std::filesystem::status(file, error).type();
    using Type = std::filesystem::file_type;
    const bool by_name =
        type == Type::not_found || type == Type::regular || type == Type::directory;
    if (file != "-" && by_name) static_cast<void>(imf::OutputFile(file));
  }
  return files;
}

void check_inputs_kept(const std::vector<std::filesystem::path>& outputs,
                       const std::vector<std::filesystem::path>& inputs) {
  for (const std::filesystem::path& output : outputs)
    for (const std::filesystem::path& input : inputs) {
      std::error_code error;
      if (std::filesystem::is_regular_file(output, error) &&
          std::filesystem::equivalent(output, input, error))
        throw CLI::ValidationError(output.string(), "is read: name another file to write");
    }
}

CLI::Validator whole_number(std::uint64_t least) {
  return CLI::Validator(
      [least](const std::string& text) -> std::string {
        const bool digits = !text.empty() && text.size() <= 19 &&
                            text.find_first_not_of("0123456789") == std::string::npos &&
                            (text.size() == 1 || text[0] != '0');
        if (digits && std::stoull(text) >= least) return {};
        return "\"" + text + "\" is not a whole number of at least " + std::to_string(least);
      },
      least > 0 ? "N>=" + std::to_string(least) : "N", "whole number");
}

void CommonArguments::add_to(CLI::App& command) {
  command.add_option("--threads", threads, "threads; 0: one for each processor")
      ->check(whole_number())
      ->capture_default_str();
  command.add_option("--progress", progress, "progress on standard error: auto, plain, json, none")
      ->transform(one_of(progress_modes))
      ->default_str("auto");
  command.add_flag("--json", json, "print the result as one JSON object");
}

void CountArguments::add_to(CLI::App& command, bool required) {
  command.add_option("--input", input, "text file, a sentence a line; - for standard input")
      ->required(required);
  command.add_option("--window", window, "tokens to each side that are contexts")
      ->check(whole_number(1))
      ->capture_default_str();
  command
      .add_option("--window-shape", shape,
                  "weight of a context at distance d: dynamic (L-d+1)/L, uniform 1, harmonic 1/d")
      ->check(CLI::IsMember({"dynamic", "uniform", "harmonic"}).description(""))
      ->capture_default_str();
  command.add_option("--side", side, "side of the contexts: symmetric, left, right")
      ->transform(one_of(window_sides))
      ->default_str("symmetric");
  command.add_option("--min-count", min_count, "drop words that occur fewer times")
      ->check(whole_number(1))
      ->capture_default_str();
  command.add_option("--max-vocab", max_vocabulary, "keep so many most frequent words; 0: all")
      ->check(whole_number())
      ->capture_default_str();
  command.add_flag("--lowercase", lowercase,
                   "raw text: fold case, drop punctuation (default: split at white space)");
  command.add_flag("--keep-positions", keep_positions,
                   "a dropped word keeps its place in windows (default: it closes the gap)");
  command.add_option("--read-vocab", read_vocabulary, "file of the words to keep, \"word count\"");
  command.add_option("--save-vocab", save_vocabulary, "write the vocabulary to this file");
  command.add_option("--memory", memory_gib, "refuse to start above so many GiB; 0: no ceiling")
      ->check(CLI::Validator(
          [](const std::string& text) -> std::string {
            const auto number = imf::parse_number<double>(text);
            if (number && *number >= 0.0 && std::isfinite(*number)) return {};
            return "\"" + text + "\" is not a number of at least 0";
          },
          ""))
      ->capture_default_str();
}

imf::EncodedCorpus CountArguments::read(const CommonArguments& common,
                                        const imf::ProgressCallback& progress) const {
  imf::CorpusOptions options{.min_count = min_count,
                             .max_vocabulary = max_vocabulary,
                             .keep_positions = keep_positions,
                             .threads = common.threads,
                             .progress = progress};
  if (!read_vocabulary.empty())
    options.vocabulary =
        std::make_shared<const imf::Vocabulary>(imf::load_vocabulary(read_vocabulary));
  auto corpus = lowercase ? imf::read_corpus(input, options, imf::RawTextTokenizer{})
                          : imf::read_corpus(input, options);
  if (!save_vocabulary.empty()) imf::save_vocabulary(save_vocabulary, corpus.vocabulary());
  return corpus;
}

imf::CooccurrenceCounts CountArguments::count(const imf::EncodedCorpus& corpus,
                                              const CommonArguments& common,
                                              const imf::ProgressCallback& progress) const {
  const imf::CounterOptions options{.threads = common.threads, .progress = progress};
  return with_window(
      [&](const auto& policy) { return imf::CooccurrenceCounter(policy, options).count(corpus); });
}

imf::WindowTable CountArguments::table() const {
  return with_window([](const auto& policy) { return policy.table(); });
}

Json CountArguments::to_json() const {
  return {{"input", input},
          {"window", window},
          {"window_shape", shape},
          {"side", name_of(window_sides, side)},
          {"min_count", min_count},
          {"max_vocab", max_vocabulary},
          {"lowercase", lowercase},
          {"keep_positions", keep_positions},
          {"read_vocab", read_vocabulary}};
}

void AssociationArguments::add_measure_to(CLI::App& command) {
  command
      .add_option("--measure", measure,
                  "sppmi: max(PMI - log k, 0); pmi: PMI - log k; npmi; log-conditional")
      ->check(CLI::IsMember({"sppmi", "pmi", "npmi", "log-conditional"}).description(""))
      ->capture_default_str();
}

void AssociationArguments::add_smoothing_to(CLI::App& command) {
  command
      .add_option("--smoothing", smoothing, "exponent of the context distribution, above 0 to 1")
      ->capture_default_str();
}

imf::ShiftedPMIMatrix<> AssociationArguments::associate(const imf::CooccurrenceCounts& counts,
                                                        const CommonArguments& common) const {
  const imf::SmoothedContexts contexts{.alpha = smoothing};
  const imf::ShiftedPMIOptions options{.negatives = negatives, .threads = common.threads};
  const auto with = [&](const auto& policy) {
    return imf::ShiftedPMIMatrix<>(counts, contexts, options, policy);
  };
  if (measure == "pmi") return with(imf::ObservedPMI{});
  if (measure == "npmi") return with(imf::NormalizedPMI{});
  if (measure == "log-conditional") return with(imf::LogConditional{});
  return with(imf::PositivePMI{});
}

Json AssociationArguments::to_json() const {
  return {{"measure", measure}, {"smoothing", smoothing}, {"negatives", negatives}};
}

double StageClock::now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double StageClock::cpu_now() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}
void StageClock::add(const std::string& stage, double wall, double cpu) {
  seconds_[stage] = seconds_.value(stage, 0.0) + wall;
  cpu_seconds_[stage] = cpu_seconds_.value(stage, 0.0) + cpu;
}

std::string in_program_terms(std::string message) {
  static const std::map<std::string, std::string> options = {
      {"dimension", "--dim"},
      {"alpha", "--smoothing"},
      {"power", "--eig"},
      {"radius", "--window"},
      {"vocabulary", "--read-vocab"},
      {"words_file", "--vocabulary"},
      {"negatives", "--negatives"},
      {"tolerance", "--tolerance"},
      {"l2", "--l2"},
      {"saturation", "--x-max"},
      {"exponent", "--x-power"},
      {"max_passes", "--max-passes"},
      {"max_seconds", "--max-seconds"},
      {"samples", "--sampled"},
      {"measure", "--measure"},
      {"memory", "--memory"},
      {"vectors", "--vectors"},
      {"format", "--format"},
      {"epochs", "--epochs"},
      {"learning_rate", "--lr"},
      {"subsample", "--subsample"},
      {"window", "--window"},
      {"held_out", "--loss"},
      {"shared_by_windows", "--shared-windows"}};
  // A message about an option begins with its name.
  if (const auto option = options.find(message.substr(0, message.find(':')));
      option != options.end())
    message.replace(0, option->first.size(), option->second);
  const std::string min_count = "min_count";
  for (auto at = message.find(min_count); at != std::string::npos; at = message.find(min_count, at))
    message.replace(at, min_count.size(), "--min-count");
  return message;
}

void print_corpus(const imf::EncodedCorpus& corpus) {
  const auto& statistics = corpus.statistics();
  char share[32];
  std::snprintf(share, sizeof share, "%.1f",
                100.0 * static_cast<double>(statistics.tokens_kept) /
                    static_cast<double>(statistics.tokens_read));
  std::cout << "read " << statistics.tokens_read << " tokens in " << statistics.sentences
            << " sentences; kept " << corpus.vocabulary().size() << " of "
            << statistics.distinct_words << " words (" << share << " % of the tokens)\n";
}

void check_memory(std::uint64_t needed, double ceiling_gib, const std::string& remedy) {
  if (ceiling_gib > 0.0 && static_cast<double>(needed) > ceiling_gib * 0x1p30)
    throw imf::ConfigError("memory", "the work needs about " + imf::format_bytes(needed) +
                                         ": raise the ceiling, or " + remedy);
}

std::string with_unit(double number) {
  const char* const units[] = {"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  for (; number >= 1000.0 && unit < 4; number /= 1000.0) ++unit;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%s", number, units[unit]);
  return text;
}

}  // namespace app
