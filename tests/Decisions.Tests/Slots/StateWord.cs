using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

internal static class StateWord
{
    extension(SlotState state)
    {
        /// <summary>The word of a state in the tables.</summary>
        public string Word => state.Kind.ToString().ToLowerInvariant();
    }
}
