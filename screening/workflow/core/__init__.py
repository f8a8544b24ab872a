"""What every act needs: the context, the states, who acts, what is stored sealed."""
