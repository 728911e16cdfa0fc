/**
 * A shell function that lists the profiles of the AWS files; bash and zsh read it
 * alike. Only plain names, because bash expands what it is given to choose from.
 */
export const PROFILES_FUNCTION = `__keyturn_profiles() {
  sed -n 's/^\\[\\(profile \\)\\{0,1\\}\\([A-Za-z0-9_.@+-]*\\)\\].*$/\\2/p' \\
    "\${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" \\
    "\${AWS_CONFIG_FILE:-$HOME/.aws/config}" 2>/dev/null | sort -u
}`;
