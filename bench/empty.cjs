// The least that Node can be asked to do: not even its loader of ES modules.
