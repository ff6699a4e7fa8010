// SPDX-License-Identifier: MIT
// The record of a training: what ran on what, and what it reached, beside the vectors.
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include <implicitmf/core/file.hpp>

#include "train.hpp"

namespace app {

namespace {

/// A file as seen from the folder of the record, so that they may move together; null: none.
Json name_beside(const std::filesystem::path& record, const std::string& file) {
  if (file.empty() || file == "-") return {};
  std::error_code error;
  const auto folder = std::filesystem::absolute(record, error).parent_path();
  const auto relative = std::filesystem::absolute(file, error).lexically_proximate(folder);
  return relative.generic_string();
}

}  // namespace

std::filesystem::path TrainArguments::record_path() const {
  if (!record_file.empty() || output == "-") return record_file;
  std::error_code error;
  const auto type = std::filesystem::status(output, error).type();
  using Type = std::filesystem::file_type;
  // Nothing lies beside a device or a pipe.
  if (type != Type::not_found && type != Type::regular) return {};
  return record_beside(output);
}

void TrainArguments::record(const Json& facts, const StageClock& clock,
                            std::uint64_t estimate) const {
  const std::filesystem::path path = record_path();
  Json all{{"record", record_version},
           {"version", IMPLICITMF_VERSION_STRING},
           {"instruction_set", imf::DefaultArch::name()},
           {"method", method},
           {"contexts_by", method == "sgns"    ? Json("token counts")
                           : method == "glove" ? Json()
                                               : Json("pair marginals")}};
  all.update(facts);
  all.update(Json{{"seconds", clock.seconds()},
                  {"cpu_seconds", clock.cpu_seconds()},
                  {"peak_memory_bytes", imf::peak_memory_bytes()},
                  {"estimated_memory_bytes", estimate},
                  {"options", to_json()}});
  if (!path.empty())
    all["files"] = Json{{"vectors", name_beside(path, output)},
                        {"contexts", name_beside(path, context_output)},
                        {"counts", name_beside(path, counts_file)}};
  const std::string text = all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
  if (!path.empty()) {
    imf::OutputFile file(path);
    file.write(text);
    file.commit();
  }
  if (common.json) std::cout << text;
}

}  // namespace app
