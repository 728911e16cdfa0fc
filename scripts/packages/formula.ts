// The formula for a tap of Homebrew: executables of the release, for macOS and Linux.

import { OTHER_NAMES } from '../executables/other-names.ts';
import { DESCRIPTION, downloadFor, LICENSE, type Release } from './release.ts';

/** The text of keyturn.rb. */
export function formulaOf(release: Release): string {
  const links = OTHER_NAMES.map((name) => `    bin.install_symlink "keyturn" => "${name}"`);
  return `# Made from the sums of a release; a change by hand is lost with the next one.
class Keyturn < Formula
  desc "${DESCRIPTION}"
  homepage "${release.repository}"
  version "${release.version}"
  license "${LICENSE}"

${platform(release, 'macos', 'darwin')}

${platform(release, 'linux', 'linux')}

  def install
    bin.install "keyturn"
${links.join('\n')}
    man1.install Dir["man/*.1"]
    generate_completions_from_executable(bin/"keyturn", "completion")
  end

  test do
    assert_equal "keyturn #{version}\\n", shell_output("#{bin}/keyturn version")
    assert_equal "keyctl #{version}\\n", shell_output("#{bin}/keyctl --version")
    assert_match "unknown-flag", shell_output("#{bin}/rotate-iam-keys --no-such-flag 2>&1", 2)
  end
end
`;
}

function platform(release: Release, system: string, target: string): string {
  const processors = [
    ['arm', 'arm64'],
    ['intel', 'x64'],
  ] as const;
  const blocks = processors.map(([processor, arch]) => {
    const { url, sha256 } = downloadFor(release, `${target}-${arch}`);
    return `    on_${processor} do\n      url "${url}"\n      sha256 "${sha256}"\n    end`;
  });
  return `  on_${system} do\n${blocks.join('\n')}\n  end`;
}
